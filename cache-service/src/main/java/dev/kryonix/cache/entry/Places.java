package dev.kryonix.cache.entry;

import dev.kryonix.kit.identity.TenantUid;
import java.util.HashMap;
import java.util.Map;

/** Places of a process, of which one tenant takes no more than half. */
public final class Places {
  private final int most;
  private final Map<TenantUid, Integer> taken = new HashMap<>();
  private int all;

  /** So many places. */
  public Places(int most) {
    this.most = most;
  }

  /** Takes a place, to be left again; false when there is none for that tenant. */
  public synchronized boolean take(TenantUid tenant) {
    if (all == most || taken.getOrDefault(tenant, 0) >= mostOfOne()) {
      return false;
    }
    all++;
    taken.merge(tenant, 1, Integer::sum);
    return true;
  }

  /** Leaves a place. */
  public synchronized void leave(TenantUid tenant) {
    all--;
    taken.computeIfPresent(tenant, (same, own) -> own == 1 ? null : Integer.valueOf(own - 1));
  }

  /** How many are taken. */
  public synchronized int taken() {
    return all;
  }

  /** How many one tenant may take. */
  public int mostOfOne() {
    return Math.ceilDiv(most, 2);
  }
}
