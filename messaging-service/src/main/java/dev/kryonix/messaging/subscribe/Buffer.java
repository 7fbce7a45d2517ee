package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.identity.TenantUid;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of this process for messages that the broker has handed to it and has had no word of:
 * they are kept until they are settled, because another attempt is a copy of the message. A tenant
 * has half of it at most, which leaves room for others.
 */
@Singleton
final class Buffer {
  private static final long LEAST = 48L * 1024 * 1024;
  private static final int SHARE_OF_HEAP = 4;
  private static final int TENANTS_PART = 2;

  private final long most;
  private final AtomicLong used = new AtomicLong();
  private final Map<TenantUid, Long> tenants = new ConcurrentHashMap<>();

  @Inject
  Buffer() {
    this(Math.max(LEAST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
  }

  Buffer(long most) {
    this.most = most;
  }

  /** Memory that is taken until it is given back, once. */
  final class Charge {
    private final TenantUid tenant;
    private final int bytes;
    private final AtomicBoolean given = new AtomicBoolean();

    private Charge(TenantUid tenant, int bytes) {
      this.tenant = tenant;
      this.bytes = bytes;
    }

    void giveBack() {
      if (given.compareAndSet(false, true)) {
        give(tenant, bytes);
      }
    }
  }

  /** Takes that many bytes when there are so many. */
  Optional<Charge> tryTake(TenantUid tenant, int bytes) {
    boolean fits = used.addAndGet(bytes) <= most;
    if (tenants.merge(tenant, (long) bytes, Long::sum) <= most / TENANTS_PART && fits) {
      return Optional.of(new Charge(tenant, bytes));
    }
    give(tenant, bytes);
    return Optional.empty();
  }

  /** Takes that many bytes even when there are not, for a consumer that has nothing. */
  Charge take(TenantUid tenant, int bytes) {
    used.addAndGet(bytes);
    tenants.merge(tenant, (long) bytes, Long::sum);
    return new Charge(tenant, bytes);
  }

  boolean hasRoom(TenantUid tenant) {
    return used.get() < most && tenants.getOrDefault(tenant, 0L) < most / TENANTS_PART;
  }

  private void give(TenantUid tenant, int bytes) {
    used.addAndGet(-bytes);
    tenants.computeIfPresent(tenant, (uid, own) -> own == bytes ? null : own - bytes);
  }
}
