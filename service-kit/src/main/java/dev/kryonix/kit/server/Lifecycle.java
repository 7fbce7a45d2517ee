package dev.kryonix.kit.server;

/**
 * A part of a process that starts after all beans exist and stops before they end, such as the
 * gateway's HTTP server.
 */
public interface Lifecycle {
  /** Starts; throws a {@link StartException} when it cannot. */
  void start();

  /** Stops taking new work and lets what runs finish, for at most the grace of a drain. */
  void stop();
}
