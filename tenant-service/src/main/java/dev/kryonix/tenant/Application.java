package dev.kryonix.tenant;

import dev.kryonix.kit.server.Main;

/** Starts the tenant service. */
public final class Application {
  private Application() {}

  public static void main(String[] args) {
    Main.run(args, "tenant");
  }
}
