package dev.kryonix.gateway;

import dev.kryonix.kit.server.Main;

/** Starts the gateway. */
public final class Application {
  private Application() {}

  public static void main(String[] args) {
    Main.run(args, "gateway");
  }
}
