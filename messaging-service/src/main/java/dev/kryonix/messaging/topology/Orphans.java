package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vhosts and users that carry a tenant's uid, but of no tenant that is known here. They are told
 * and counted and never removed, because what is known here may not be all. What is being
 * provisioned looks the same for a moment, so an orphan is one that was so the last time as well.
 */
@Singleton
final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

  private Set<String> suspects = Set.of();
  private volatile Set<String> orphans = Set.of();

  Orphans(MeterRegistry registry) {
    Gauge.builder("kryonix.messaging.orphans", () -> orphans.size())
        .description("Vhosts and users in the broker of tenants that are not known")
        .register(registry);
  }

  /** Compares what there is with the tenants that are known. */
  synchronized void lookAt(Inventory inventory, Collection<TenantView> tenants) {
    Set<TenantUid> known = tenants.stream().map(TenantView::uid).collect(Collectors.toSet());
    Set<String> found = new TreeSet<>();
    inventory.forEach(
        (object, json) ->
            uidOf(object, json)
                .filter(uid -> !known.contains(uid))
                .ifPresent(uid -> found.add(object.path())));
    Set<String> again = new TreeSet<>(found);
    again.retainAll(suspects);
    if (!again.equals(orphans) && !again.isEmpty()) {
      LOG.warn("in the broker there are {} of tenants that are not known: {}", again.size(), again);
    }
    suspects = found;
    orphans = again;
  }

  private static Optional<TenantUid> uidOf(BrokerObject object, JsonObject found) {
    return switch (object.kind()) {
      case USER, VHOST -> Blueprint.uidOf(found);
      case USER_LIMIT, LIMIT, POLICY, EXCHANGE, PERMISSION, TOPIC_PERMISSION -> Optional.empty();
    };
  }
}
