package dev.kryonix.kit.server;

import java.util.Set;

/**
 * The RPCs of a service whose code never waits: for a store, for a lock that is held for long, for
 * another process. They run on the event loop that reads them, which spares each call two changes
 * of threads, and answer from whichever thread brings the answer.
 */
public interface EventLoopCalls {
  /** Full method names, such as {@code kryonix.cache.v1.CacheService/Get}. */
  Set<String> methods();
}
