package dev.kryonix.tenant.process;

import static dev.kryonix.tenant.process.Caller.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.DeleteTenantRequest;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.ListTenantsRequest;
import dev.kryonix.api.tenant.v1.ListTenantsResponse;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.UndeleteTenantRequest;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tenants created, changed, listed and deleted. */
final class TenantsIT extends OnTenantService {
  @Test
  void badInputIsRefusedWithTheFieldAndLeavesNothing() {
    String id = newId();
    Tenant good = good().build();

    assertThat(refusal(() -> create("Bad-Id", good)))
        .isEqualTo(invalid("INVALID_FIELD", "tenant_id"));
    assertThat(refusal(() -> create("ab", good))).isEqualTo(invalid("INVALID_FIELD", "tenant_id"));
    assertThat(refusal(() -> create(id, good.toBuilder().setPlan("gold").build())))
        .isEqualTo(invalid("PLAN_UNKNOWN", "tenant.plan"));
    assertThat(refusal(() -> create(id, good.toBuilder().clearPlan().build())))
        .isEqualTo(invalid("INVALID_FIELD", "tenant.plan"));
    assertThat(refusal(() -> create(id, good.toBuilder().addModules("sms").build())))
        .isEqualTo(invalid("MODULE_UNKNOWN", "tenant.modules"));
    assertThat(refusal(() -> create(id, good.toBuilder().setSector("mineracao").build())))
        .isEqualTo(invalid("INVALID_FIELD", "tenant.sector"));
    assertThat(refusal(() -> create(id, good.toBuilder().clearDisplayName().build())))
        .isEqualTo(invalid("INVALID_FIELD", "tenant.display_name"));
    assertThat(refusal(() -> create(id, good.toBuilder().setDisplayName("a\u0000b").build())))
        .isEqualTo(invalid("INVALID_FIELD", "tenant.display_name"));
    assertThat(
            refusal(
                () ->
                    create(
                        id,
                        good.toBuilder()
                            .setOverrides(
                                Limits.newBuilder()
                                    .setMessaging(MessagingLimits.newBuilder().setQueues(-1)))
                            .build())))
        .isEqualTo(invalid("INVALID_FIELD", "tenant.overrides.messaging.queues"));
    assertThat(
            refusal(
                () ->
                    admin()
                        .tenants()
                        .createTenant(CreateTenantRequest.newBuilder().setTenantId(id).build())))
        .isEqualTo(invalid("INVALID_FIELD", "tenant"));

    assertThat(refusal(() -> get(id)).code()).as("nothing half-created").isEqualTo(Code.NOT_FOUND);
    create(id);
    assertThat(refusal(() -> create(id)).code()).isEqualTo(Code.ALREADY_EXISTS);
  }

  @Test
  void twoCreatesOfOneIdAtOnceLeaveOneTenant() throws Exception {
    String id = newId();
    List<Object> outcomes = atOnce(8, () -> create(id));

    assertThat(outcomes.stream().filter(Tenant.class::isInstance)).hasSize(1);
    assertThat(outcomes.stream().filter(Code.class::isInstance))
        .hasSize(7)
        .containsOnly(Code.ALREADY_EXISTS);
  }

  @Test
  void equalCallsWithOneRequestIdAtOnceGetOneAnswer() throws Exception {
    String requestId = UUID.randomUUID().toString();
    String name = "Pedido " + requestId;
    CreateTenantRequest request =
        CreateTenantRequest.newBuilder()
            .setTenant(good().setDisplayName(name))
            .setRequestId(requestId)
            .build();

    List<Object> outcomes = atOnce(6, () -> admin().tenants().createTenant(request).getTenant());

    assertThat(outcomes).hasSize(6).allMatch(Tenant.class::isInstance);
    assertThat(outcomes.stream().distinct()).hasSize(1);
    assertThat(
            refusal(
                () ->
                    admin()
                        .tenants()
                        .createTenant(
                            request.toBuilder().setTenant(good().setPlan("basic")).build())))
        .isEqualTo(new Caller.Refusal(Code.ABORTED, "REQUEST_ID_REUSED", List.of()));
  }

  @Test
  void anUpdateChangesWhatTheMaskNamesAndAStaleEtagIsAborted() {
    String id = newId();
    Tenant before = createActive(id);

    Tenant after =
        update(
            id,
            before.getEtag(),
            Tenant.newBuilder().setDisplayName("Outra").setPlan("basic").putLabels("cor", "azul"),
            "display_name",
            "labels.cor");

    assertThat(after.getDisplayName()).isEqualTo("Outra");
    assertThat(after.getPlan()).as("not in the mask").isEqualTo("pro");
    assertThat(after.getLabelsMap()).containsEntry("cor", "azul");
    assertThat(
            refusal(
                () ->
                    update(
                        id,
                        before.getEtag(),
                        Tenant.newBuilder().setDisplayName("Nova"),
                        "display_name")))
        .isEqualTo(new Caller.Refusal(Code.ABORTED, "ETAG_MISMATCH", List.of()));
    assertThat(refusal(() -> update(id, "", Tenant.newBuilder(), "uid")))
        .isEqualTo(invalid("IMMUTABLE_FIELD", "update_mask"));
    assertThat(refusal(() -> update(id, "", Tenant.newBuilder(), "colour")))
        .isEqualTo(invalid("INVALID_FIELD", "update_mask"));
  }

  @Test
  void deletedIsRefusedAndUndeletedIsBack() {
    String id = newId();
    createActive(id);

    Tenant deleted =
        admin()
            .tenants()
            .deleteTenant(
                DeleteTenantRequest.newBuilder()
                    .setTenant(id)
                    .setGrace(Duration.newBuilder().setSeconds(3600))
                    .build())
            .getTenant();

    assertThat(deleted.getState()).isEqualTo(TenantState.TENANT_STATE_DELETING);
    assertThat(deleted.getPurgeTime().getSeconds() - deleted.getDeleteTime().getSeconds())
        .isEqualTo(3600);
    assertThat(refusal(() -> actAs(id)).reason()).isEqualTo("TENANT_DELETED");
    assertThat(
            refusal(() -> update(id, "", Tenant.newBuilder().setDisplayName("x"), "display_name")))
        .extracting(Caller.Refusal::code, Caller.Refusal::reason)
        .containsExactly(Code.FAILED_PRECONDITION, "STATE_CONFLICT");
    assertThat(
            admin()
                .tenants()
                .undeleteTenant(UndeleteTenantRequest.newBuilder().setTenant(id).build())
                .getTenant()
                .getState())
        .isEqualTo(TenantState.TENANT_STATE_ACTIVE);
  }

  @Test
  void listsByFilterInPagesThatSurviveInserts() {
    String label = "run=" + UUID.randomUUID();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(newId());
      create(ids.get(i), good().putLabels("run", label.substring(4)).addModules("crm").build());
    }
    ListTenantsRequest.Builder request =
        ListTenantsRequest.newBuilder().setPageSize(2).addLabels(label).setModule("crm");
    List<String> listed = new ArrayList<>();
    ListTenantsResponse page;
    do {
      page = admin().tenants().listTenants(request.build());
      page.getTenantsList().forEach(tenant -> listed.add(tenant.getId()));
      request.setPageToken(page.getNextPageToken());
      create(newId(), good().putLabels("run", "other").build());
    } while (!page.getNextPageToken().isEmpty());

    assertThat(listed).containsExactlyElementsOf(ids.stream().sorted().toList());
    assertThat(admin().tenants().listTenants(byModule(label, "portal")).getTenantsList()).isEmpty();
    String token =
        admin().tenants().listTenants(request.setPageToken("").build()).getNextPageToken();
    assertThat(
            refusal(
                () ->
                    admin()
                        .tenants()
                        .listTenants(byModule(label, "").toBuilder().setPageToken(token).build())))
        .isEqualTo(invalid("PAGE_TOKEN_INVALID", "page_token"));
  }

  private static ListTenantsRequest byModule(String label, String module) {
    return ListTenantsRequest.newBuilder().addLabels(label).setModule(module).build();
  }

  /**
   * The outcomes of equal calls at once: what each returned, or the status that it was refused
   * with.
   */
  private static List<Object> atOnce(int calls, Callable<Object> call) throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Object>> running =
          Stream.generate(() -> outcome(call)).limit(calls).map(executor::submit).toList();
      List<Object> outcomes = new ArrayList<>();
      for (Future<Object> each : running) {
        outcomes.add(each.get());
      }
      return outcomes;
    }
  }

  private static Callable<Object> outcome(Callable<Object> call) {
    return () -> {
      Object[] result = new Object[1];
      Optional<Throwable> thrown =
          Optional.ofNullable(
              org.assertj.core.api.Assertions.catchThrowable(() -> result[0] = call.call()));
      return thrown
          .<Object>map(refused -> io.grpc.Status.fromThrowable(refused).getCode())
          .orElse(result[0]);
    };
  }
}
