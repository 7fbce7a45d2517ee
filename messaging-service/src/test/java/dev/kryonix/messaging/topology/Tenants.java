package dev.kryonix.messaging.topology;

import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Tenants of a test's own, as the service sees them. */
final class Tenants {
  static final StepReporter STEPS = (step, action) -> action.run();

  private final List<TenantView> made = new ArrayList<>();
  private final SecretBox secrets;
  private final Topology topology;

  Tenants(ApplicationContext context) {
    secrets = context.getBean(SecretBox.class);
    topology = context.getBean(Topology.class);
  }

  /** Takes all of them from the broker. */
  void removeAll() throws ReconcileException {
    for (TenantView tenant : made) {
      topology.remove(tenant.uid(), tenant.id(), STEPS);
    }
    made.clear();
  }

  TenantView tenant() {
    return tenant(new TenantId("it_" + UUID.randomUUID().toString().substring(0, 8)));
  }

  TenantView tenant(TenantId id) {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    TenantView tenant =
        new TenantView(
            id,
            uid,
            1,
            Serving.SERVING,
            "basic",
            Set.of("crm"),
            Limits.newBuilder()
                .setMessaging(
                    MessagingLimits.newBuilder()
                        .setConnections(10)
                        .setQueues(50)
                        .setQueueDepth(1000))
                .build(),
            "local",
            List.of(
                secrets.seal(
                    uid,
                    "broker-password",
                    "p1",
                    UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8))),
            Set.of(),
            Set.of());
    made.add(tenant);
    return tenant;
  }
}
