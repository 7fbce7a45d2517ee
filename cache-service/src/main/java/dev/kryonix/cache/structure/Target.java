package dev.kryonix.cache.structure;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.cache.entry.EntryKey;
import java.time.Duration;
import java.util.Optional;

/**
 * What a change is made to, and how.
 *
 * @param address the entry
 * @param ttl how long it lives from now; empty leaves the time of an entry that is there
 * @param device whom a new entry serves
 * @param once the request's id, when it has one
 */
record Target(EntryKey address, Optional<Duration> ttl, Device device, Optional<Once> once) {
  /**
   * A request that is made once.
   *
   * @param id the id that the caller gave
   * @param content what was asked for; another request may not have the same id
   */
  record Once(String id, byte[] content) {}
}
