package dev.kryonix.cache;

import dev.kryonix.kit.server.Main;

/** Starts the cache service. */
public final class Application {
  private Application() {}

  public static void main(String[] args) {
    Main.run(args, "cache");
  }
}
