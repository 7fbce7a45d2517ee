package dev.kryonix.messaging.publish;

import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.messaging.broker.BrokerErrors;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all publishes together may hold of their requests until they are answered: a quarter of the
 * heap, since each is there as bytes and packed. A tenant has half of that at most, which leaves
 * room for others.
 */
@Singleton
final class PublishMemory {
  private static final int PART_OF_HEAP = 4;
  private static final int TENANTS_PART = 2;

  private final long most;
  private final AtomicLong held = new AtomicLong();
  private final ConcurrentMap<TenantUid, Long> tenants = new ConcurrentHashMap<>();

  @Inject
  PublishMemory() {
    this(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  PublishMemory(long most) {
    this.most = most;
  }

  /** Takes that many bytes for a tenant, or refuses when there is no room for them. */
  void take(TenantUid tenant, long bytes) {
    long share = most / TENANTS_PART;
    boolean fits = held.addAndGet(bytes) <= most;
    if (tenants.merge(tenant, bytes, Long::sum) > share || !fits) {
      give(tenant, bytes);
      throw BrokerErrors.tooManyBytes(share);
    }
  }

  /** Gives them back. */
  void give(TenantUid tenant, long bytes) {
    held.addAndGet(-bytes);
    tenants.computeIfPresent(tenant, (uid, own) -> own == bytes ? null : own - bytes);
  }
}
