package dev.kryonix.kit.state;

/** Whether a tenant's calls are served. */
public enum Serving {
  /** Calls are served. */
  SERVING,
  /** Calls are refused; data and engine objects stay. */
  SUSPENDED,
  /** Calls are refused; the tenant waits for its purge, or to be undeleted. */
  DELETED
}
