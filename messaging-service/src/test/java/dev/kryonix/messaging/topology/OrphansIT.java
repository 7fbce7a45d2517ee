package dev.kryonix.messaging.topology;

import static dev.kryonix.messaging.topology.Tenants.STEPS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.Names;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What is in the broker and belongs to no tenant; the tenants of other tests would count. */
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OrphansIT {
  private ApplicationContext context;
  private Tenants tenants;
  private Topology topology;
  private ManagementApi api;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    context = MessagingBeans.start(keys);
    tenants = new Tenants(context);
    topology = context.getBean(Topology.class);
    api = context.getBean(ManagementApi.class);
  }

  @AfterEach
  void removeTenants() throws ReconcileException {
    tenants.removeAll();
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void whatBelongsToNobodyKnownIsToldWhenItStaysAndNeverRemoved() throws Exception {
    TenantView tenant = tenants.tenant();
    topology.apply(tenant, STEPS);
    Gauge orphans = context.getBean(MeterRegistry.class).get("kryonix.messaging.orphans").gauge();
    topology.drifted(List.of(tenant));
    topology.drifted(List.of(tenant));
    double others = orphans.value();

    topology.drifted(List.of());
    assertThat(orphans.value()).isEqualTo(others);
    topology.drifted(List.of());

    assertThat(orphans.value()).isEqualTo(others + 2);
    assertThat(api.get(ManagementApi.path("vhosts", Names.vhost(tenant.id())))).isPresent();
    topology.drifted(List.of(tenant));
    assertThat(orphans.value()).isEqualTo(others);
  }
}
