package dev.kryonix.messaging.topology;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.connection.BrokerPasswords;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.connection.TenantMemory;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.records.TenantRows;
import dev.kryonix.messaging.topology.BrokerObject.Kind;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes true in the broker what tenant-service wants for a tenant. */
@Singleton
public final class Topology implements TenantReconciler {
  private final TenantVhost broker;
  private final Blueprints blueprints;
  private final BrokerPasswords passwords;
  private final TenantConnections connections;
  private final TenantQueues queues;
  private final Drift drift;
  private final List<TenantMemory> memories;
  private final TenantRows rows;

  Topology(
      TenantVhost broker,
      Blueprints blueprints,
      BrokerPasswords passwords,
      TenantConnections connections,
      TenantQueues queues,
      Drift drift,
      List<TenantMemory> memories,
      TenantRows rows) {
    this.broker = broker;
    this.blueprints = blueprints;
    this.passwords = passwords;
    this.connections = connections;
    this.queues = queues;
    this.drift = drift;
    this.memories = memories;
    this.rows = rows;
  }

  @Override
  public void apply(TenantView desired, StepReporter steps) throws ReconcileException {
    TenantId id = desired.id();
    Blueprint blueprint = blueprints.of(desired);
    passwords.announce(desired);
    mend(steps, "user", id, blueprint, Kind.USER, Kind.USER_LIMIT);
    steps.run("vhost", () -> makeVhost(desired, blueprint));
    mend(steps, "limits", id, blueprint, Kind.LIMIT);
    mend(steps, "policy", id, blueprint, Kind.POLICY);
    mend(steps, "exchanges", id, blueprint, Kind.EXCHANGE);
    mend(steps, "permissions", id, blueprint, Kind.PERMISSION, Kind.TOPIC_PERMISSION);
    if (desired.serving() != Serving.SERVING) {
      steps.run("suspend", () -> suspend(id, desired.uid()));
    }
  }

  @Override
  public void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException {
    steps.run("declarations", () -> queues.close(uid));
    steps.run("connections", () -> connections.close(uid));
    steps.run("vhost", () -> BrokerReach.change(() -> broker.remove(id, uid)));
    Owner owner = new Owner(id, uid);
    steps.run("records", () -> RecordsReach.change(() -> rows.erase(owner)));
    memories.forEach(memory -> memory.forget(uid));
  }

  @Override
  public Map<String, Long> census(TenantUid uid, TenantId id) throws ReconcileException {
    Map<String, Long> counts = new HashMap<>(BrokerReach.ask(() -> broker.count(id, uid)));
    Owner owner = new Owner(id, uid);
    counts.putAll(RecordsReach.ask(() -> rows.count(owner)));
    return counts;
  }

  @Override
  public Set<TenantUid> drifted(Collection<TenantView> tenants) throws ReconcileException {
    return drift.among(tenants);
  }

  private void mend(
      StepReporter steps, String step, TenantId tenant, Blueprint blueprint, Kind... kinds)
      throws ReconcileException {
    steps.run(step, () -> BrokerReach.change(() -> broker.mend(tenant, blueprint, kinds)));
  }

  /** With a vhost go its queues, and connections to it may be dying without anybody's knowing. */
  private void makeVhost(TenantView tenant, Blueprint blueprint) throws ReconcileException {
    if (BrokerReach.ask(() -> broker.make(tenant.id(), tenant.uid(), blueprint))) {
      queues.forgetQueues(tenant.uid());
      connections.close(tenant.uid());
    }
  }

  private void suspend(TenantId id, TenantUid uid) throws ReconcileException {
    connections.close(uid);
    BrokerReach.change(() -> broker.closeConnections(id));
  }
}
