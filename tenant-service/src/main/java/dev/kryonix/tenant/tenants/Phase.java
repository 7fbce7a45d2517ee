package dev.kryonix.tenant.tenants;

/** Where a tenant stands in its life. */
public enum Phase {
  /** The services are making the first generation true. */
  PROVISIONING,
  /** Served. */
  ACTIVE,
  /** Refused; data and engine objects stay. */
  SUSPENDED,
  /** Refused; waits for the end of the grace period, or for an undelete. */
  DELETING,
  /** Erased; what is left is the tombstone. */
  PURGED
}
