package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.topology.Blueprint.Difference;
import dev.kryonix.messaging.topology.BrokerObject.Kind;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds, in a few calls for all tenants, whose things in the broker are not as they must be. */
@Singleton
final class Drift {
  private static final Logger LOG = LoggerFactory.getLogger(Drift.class);
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final ManagementApi api;
  private final Blueprints blueprints;
  private final Orphans orphans;

  Drift(ManagementApi api, Blueprints blueprints, Orphans orphans) {
    this.api = api;
    this.blueprints = blueprints;
    this.orphans = orphans;
  }

  /**
   * The tenants whose things were deleted or changed; of one that cannot be judged, its own
   * reconciliation tells why.
   */
  Set<TenantUid> among(Collection<TenantView> tenants) throws ReconcileException {
    Inventory inventory = BrokerReach.ask(() -> Inventory.ofAll(api));
    orphans.lookAt(inventory, tenants);
    Set<TenantUid> drifted = new HashSet<>();
    for (TenantView tenant : tenants) {
      try {
        if (hasDrifted(tenant, inventory.of(tenant.id()))) {
          drifted.add(tenant.uid());
        }
      } catch (ReconcileException e) {
        LOG.debug("tenant {} cannot be judged", tenant.id(), e);
      }
    }
    return drifted;
  }

  private boolean hasDrifted(TenantView tenant, Map<BrokerObject, JsonObject> actual)
      throws ReconcileException {
    Blueprint blueprint = blueprints.of(tenant);
    if (blueprint.isAnothers(actual)) {
      // Another instance knows of a later tenant of this id already. Mending would destroy it.
      LOG.warn(
          "what is in the broker for tenant {} carries another uid: left as it is", tenant.id());
      return false;
    }
    List<Difference> differences = blueprint.differences(KINDS, actual);
    if (differences.isEmpty()) {
      return false;
    }
    LOG.info(
        "of tenant {}, not as it must be: {}",
        tenant.id(),
        differences.stream().map(difference -> difference.object().path()).toList());
    return true;
  }
}
