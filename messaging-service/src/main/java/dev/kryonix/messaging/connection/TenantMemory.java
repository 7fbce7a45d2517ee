package dev.kryonix.messaging.connection;

import dev.kryonix.kit.identity.TenantUid;

/** Something that this process remembers of tenants, and forgets when they are removed. */
public interface TenantMemory {
  /** Nothing is known of the tenant any more. */
  void forget(TenantUid tenant);
}
