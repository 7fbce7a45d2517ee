package dev.kryonix.kit.server;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;

/**
 * Keeps a channel trying. grpc-java waits from one second up to two minutes between attempts, so a
 * service that is back at once would be taken for away by its callers for longer than it was.
 * Within the platform an attempt costs little, and there are few channels.
 */
public final class Reconnect {
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(200);

  private Reconnect() {}

  /**
   * Tries again five times a second while the channel's connections fail, until it is shut down.
   */
  public static ManagedChannel eagerly(ManagedChannel channel) {
    Thread.ofVirtual().name("reconnect").start(() -> keep(channel));
    return channel;
  }

  private static void keep(ManagedChannel channel) {
    try {
      while (!channel.isShutdown()) {
        Thread.sleep(BETWEEN_ATTEMPTS);
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
          channel.resetConnectBackoff();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
