package dev.kryonix.messaging.topology;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Module;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Who has a message history, and how much of it is kept. */
@Singleton
public final class HistoryRules {
  private final Catalog catalog;
  private final HistoryConfig config;

  public HistoryRules(Catalog catalog, HistoryConfig config) {
    this.catalog = catalog;
    this.config = config;
  }

  /** Whether a copy is kept of what the tenant publishes. */
  public boolean keeps(TenantView tenant) {
    return config.bytes().containsKey(tenant.plan());
  }

  /** The most bytes that the tenant's may come to; empty when it has none. */
  Optional<Long> most(TenantView tenant) {
    return Optional.ofNullable(config.bytes().get(tenant.plan()));
  }

  /** What is older than that is dropped: the longest retention of the tenant's modules. */
  Duration oldest(TenantView tenant) {
    return Stream.concat(
            Stream.of(catalog.mobile()),
            catalog.modules().values().stream().filter(module -> tenant.hasModule(module.name())))
        .map(Module::retention)
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  long segmentBytes() {
    return config.segmentBytes();
  }
}
