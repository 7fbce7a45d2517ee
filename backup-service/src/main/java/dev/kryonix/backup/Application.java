package dev.kryonix.backup;

import dev.kryonix.kit.server.Main;

/** Starts the backup service. */
public final class Application {
  private Application() {}

  public static void main(String[] args) {
    Main.run(args, "backup");
  }
}
