package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;

/** Something that tenant-service wants to be made true. */
sealed interface Work {
  TenantId id();

  TenantUid uid();

  long generation();

  /** The tenant is to be as desired. */
  record Apply(TenantView desired) implements Work {
    @Override
    public TenantId id() {
      return desired.id();
    }

    @Override
    public TenantUid uid() {
      return desired.uid();
    }

    @Override
    public long generation() {
      return desired.generation();
    }
  }

  /** The tenant is to be gone. */
  record Remove(TenantUid uid, TenantId id, long generation) implements Work {}
}
