package dev.kryonix.messaging;

import dev.kryonix.kit.server.Main;

/** The process. */
public final class Application {
  private Application() {}

  public static void main(String[] args) {
    Main.run(args, "messaging");
  }
}
