package dev.kryonix.cache.counting;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was done since it was last asked, by namespace. Those who count one namespace wait for each
 * other for the length of an addition, and so nothing is lost to a harvest. Beyond a bound on
 * namespaces uses are not counted here but as {@code kryonix_cache_uncounted_total}.
 */
@Singleton
public final class Counters {
  private static final int MOST = 100_000;

  private final int most;
  private final Counter uncounted;
  private final Map<Namespace, Use> uses = new ConcurrentHashMap<>();

  @Inject
  public Counters(MeterRegistry metrics) {
    this(metrics, MOST);
  }

  Counters(MeterRegistry metrics, int most) {
    this.most = most;
    this.uncounted = metrics.counter("kryonix.cache.uncounted");
  }

  /** A read found an entry of that size. */
  public void hit(Namespace namespace, int bytes, Times times) {
    add(namespace, new Use(1, 0, 0, bytes, 0, 0, times));
  }

  /** A read found none. */
  public void miss(Namespace namespace, Times times) {
    add(namespace, new Use(0, 1, 0, 0, 0, 0, times));
  }

  /** A value of that size was sent to the store. */
  public void write(Namespace namespace, int bytes, Times times) {
    add(namespace, new Use(0, 0, 0, 0, 1, bytes, times));
  }

  /** The store took that long for a read that has failed. */
  public void took(Namespace namespace, Times times) {
    add(namespace, new Use(0, 0, 0, 0, 0, 0, times));
  }

  /** All of a use at once. */
  public void add(Namespace namespace, Use use) {
    if (uses.size() >= most && !uses.containsKey(namespace)) {
      uncounted.increment();
    } else {
      uses.merge(namespace, use, Use::plus);
    }
  }

  /** What has come since the last harvest. */
  public Map<Namespace, Use> harvest() {
    Map<Namespace, Use> harvest = new HashMap<>();
    for (Namespace namespace : List.copyOf(uses.keySet())) {
      @Nullable Use use = uses.remove(namespace);
      if (use != null) {
        harvest.put(namespace, use);
      }
    }
    return harvest;
  }
}
