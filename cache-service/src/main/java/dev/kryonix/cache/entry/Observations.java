package dev.kryonix.cache.entry;

import dev.kryonix.kit.catalog.Catalog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts reads by module, data type and outcome, and the sizes of what is written by module, data
 * type and device. Data types that the catalogue does not know are counted together, so that what
 * callers invent makes no metrics. Reads and writes as RPCs, with their latency, are counted by the
 * kit.
 */
@Singleton
final class Observations {
  private static final String OTHER = "other";

  private final MeterRegistry metrics;
  private final Catalog catalog;
  private final Map<Read, Counter> reads = new ConcurrentHashMap<>();
  private final Map<Written, DistributionSummary> sizes = new ConcurrentHashMap<>();

  Observations(MeterRegistry metrics, Catalog catalog) {
    this.metrics = metrics;
    this.catalog = catalog;
  }

  private record Read(String module, String type, String outcome) {}

  private record Written(String module, String type, DeviceClass serves) {}

  void read(EntryKey address, Lookup lookup) {
    reads
        .computeIfAbsent(
            new Read(address.module(), type(address), outcome(lookup)),
            each ->
                metrics.counter(
                    "kryonix.cache.reads",
                    "module",
                    each.module(),
                    "type",
                    each.type(),
                    "outcome",
                    each.outcome()))
        .increment();
  }

  void wrote(EntryKey address, DeviceClass serves, int bytes) {
    sizes
        .computeIfAbsent(
            new Written(address.module(), type(address), serves),
            each ->
                metrics.summary(
                    "kryonix.cache.written.bytes",
                    "module",
                    each.module(),
                    "type",
                    each.type(),
                    "serves",
                    each.serves().name().toLowerCase(Locale.ROOT)))
        .record(bytes);
  }

  private String type(EntryKey address) {
    return catalog.cache().ttl().containsKey(address.type()) ? address.type() : OTHER;
  }

  private static String outcome(Lookup lookup) {
    return switch (lookup) {
      case Lookup.Hit(Entry entry) -> "hit";
      case Lookup.Miss() -> "miss";
      case Lookup.Invalidated() -> "invalidated";
      case Lookup.Unreadable() -> "unreadable";
    };
  }
}
