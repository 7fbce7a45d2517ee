package dev.kryonix.kit.server;

import dev.kryonix.kit.identity.KeySource;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Gets the platform issuer's keys at the start. Without them a service that nobody has called yet
 * would know nobody as soon as the tenant service goes.
 */
@Singleton
final class FirstKeys implements Lifecycle {
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

  private final Thread thread;

  FirstKeys(@Named(IdentityBeans.PLATFORM) KeySource keys) {
    this.thread = Thread.ofVirtual().name("first-keys").unstarted(() -> get(keys));
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void stop() {
    thread.interrupt();
  }

  private static void get(KeySource keys) {
    try {
      while (!keys.prepare()) {
        Thread.sleep(BETWEEN_TRIES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
