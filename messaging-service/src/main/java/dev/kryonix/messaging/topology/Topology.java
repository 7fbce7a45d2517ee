package dev.kryonix.messaging.topology;

import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.SealBrokenException;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.connection.TenantConnections;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Makes true in the broker what tenant-service wants for a tenant. */
@Singleton
public final class Topology implements TenantReconciler {
  /** The purpose of the secret that the broker user has as its password. */
  public static final String BROKER_PASSWORD = "broker-password";

  private final TenantVhost broker;
  private final TenantConnections connections;
  private final SecretBox secrets;

  Topology(TenantVhost broker, TenantConnections connections, SecretBox secrets) {
    this.broker = broker;
    this.connections = connections;
    this.secrets = secrets;
  }

  @Override
  public void apply(TenantView desired, StepReporter steps) throws ReconcileException {
    TenantId id = desired.id();
    MessagingLimits limits = desired.limits().getMessaging();
    boolean open = desired.serving() == Serving.SERVING;
    String password = password(desired);
    step(steps, "user", () -> broker.user(id, desired.uid(), password));
    step(steps, "vhost", () -> broker.vhost(id, desired.uid()));
    step(steps, "limits", () -> broker.limits(id, limits, open));
    step(steps, "policy", () -> broker.policy(id, limits));
    step(steps, "exchanges", () -> broker.exchanges(id));
    step(steps, "permissions", () -> broker.permissions(id));
    if (!open) {
      step(steps, "suspend", () -> suspend(id, desired.uid()));
    }
  }

  @Override
  public void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException {
    steps.run("connections", () -> connections.close(uid));
    step(steps, "vhost", () -> broker.remove(id, uid));
  }

  @Override
  public Map<String, Long> census(TenantUid uid, TenantId id) throws ReconcileException {
    return reach(() -> broker.count(id, uid));
  }

  private void suspend(TenantId id, TenantUid uid) throws ManagementException {
    connections.close(uid);
    broker.closeConnections(id);
  }

  private String password(TenantView tenant) throws ReconcileException {
    SealedSecret secret =
        tenant
            .secret(BROKER_PASSWORD)
            .orElseThrow(
                () -> new ReconcileException("SecretMissing", "no secret " + BROKER_PASSWORD));
    try {
      return new String(secrets.open(secret, tenant.uid()), StandardCharsets.UTF_8);
    } catch (SealBrokenException e) {
      throw new ReconcileException(
          "SecretUnreadable", BROKER_PASSWORD + " does not open under this platform key", e);
    }
  }

  private static void step(StepReporter steps, String name, BrokerStep step)
      throws ReconcileException {
    steps.run(
        name,
        () ->
            reach(
                () -> {
                  step.run();
                  return true;
                }));
  }

  private static <T> T reach(BrokerQuestion<T> question) throws ReconcileException {
    try {
      return question.ask();
    } catch (ManagementException e) {
      throw new ReconcileException(
          e.isUnreachable() ? "BrokerUnavailable" : "BrokerRefused",
          String.valueOf(e.getMessage()),
          e);
    }
  }

  /** A step that talks to the management API. */
  @FunctionalInterface
  private interface BrokerStep {
    void run() throws ManagementException;
  }

  /** Something that the management API knows. */
  @FunctionalInterface
  private interface BrokerQuestion<T> {
    T ask() throws ManagementException;
  }
}
