package dev.kryonix.tenant.process;

import static dev.kryonix.tenant.process.Caller.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.Condition;
import dev.kryonix.api.tenant.v1.ConditionStatus;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateApiKeyResponse;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.DeleteTenantRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.IssueTokenResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.ListAuditEventsRequest;
import dev.kryonix.api.tenant.v1.ListTenantsRequest;
import dev.kryonix.api.tenant.v1.ListTenantsResponse;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.ResumeTenantRequest;
import dev.kryonix.api.tenant.v1.RevokeApiKeyRequest;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.SuspendTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.UndeleteTenantRequest;
import dev.kryonix.api.tenant.v1.UpdateTenantRequest;
import dev.kryonix.api.tenant.v1.VerifyAuditRequest;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.Context;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service on a real PostgreSQL, with the client ends of three services played by the test. */
final class TenantServiceIT {
  private static TenantProcess service;
  private static ScriptedService messaging;
  private static List<ScriptedService> services;
  private static Caller admin;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    service = TenantProcess.start(folder);
    messaging = new ScriptedService(service, "messaging");
    services =
        List.of(
            messaging,
            new ScriptedService(service, "cache"),
            new ScriptedService(service, "backup"));
    services.forEach(ScriptedService::connect);
    admin = Caller.with(service.channel(), TenantProcess.ADMIN_KEY);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    services.forEach(ScriptedService::close);
    service.stop();
  }

  @Test
  void aTenantIsActiveWhenAllThreeServicesHaveAckedItsFirstGeneration() {
    String id = newId();
    messaging.refuse(id);

    Tenant created = create(id);

    assertThat(created.getState()).isEqualTo(TenantState.TENANT_STATE_PROVISIONING);
    assertThat(created.getLimits().getMessaging().getQueues()).isEqualTo(200);
    await()
        .untilAsserted(
            () -> {
              Condition condition = condition(id, "messaging");
              assertThat(condition.getStatus()).isEqualTo(ConditionStatus.CONDITION_STATUS_FALSE);
              assertThat(condition.getReason()).isEqualTo("BrokerUnavailable");
              assertThat(condition.getStep()).isEqualTo("vhost");
              assertThat(condition.getMessage()).isEqualTo("connection refused");
              assertThat(condition.hasNextRetryTime()).isTrue();
              assertThat(condition(id, "cache").getStatus())
                  .isEqualTo(ConditionStatus.CONDITION_STATUS_TRUE);
            });
    assertThat(get(id).getState()).isEqualTo(TenantState.TENANT_STATE_PROVISIONING);

    messaging.accept(id);

    awaitState(id, TenantState.TENANT_STATE_ACTIVE);
    assertThat(get(id).getConditionsList())
        .extracting(Condition::getStatus)
        .containsOnly(ConditionStatus.CONDITION_STATUS_TRUE);
  }

  @Test
  void theSecretsOfTheDesiredStateOpenUnderThePlatformKeyOnly() {
    String id = newId();
    createActive(id);
    DesiredTenant desired = messaging.desired(id).orElseThrow();
    TenantUid uid = TenantUid.fromBytes(desired.getUid());
    SecretBox box =
        new SecretBox(MasterKey.read(service.keys().resolve("master.key")), new SecureRandom());

    assertThat(box.open(secret(desired, "tenant-key"), uid)).hasSize(32);
    assertThat(box.open(secret(desired, "broker-password"), uid)).hasSizeGreaterThanOrEqualTo(24);
    assertThatThrownBy(
            () -> box.open(secret(desired, "tenant-key"), new TenantUid(UUID.randomUUID())))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void aWatcherSeesTheStepsAndTheStatesInOrder() throws Exception {
    String id = newId();
    messaging.refuse(id);
    create(id);
    Context.CancellableContext watching = Context.current().withCancellation();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<WatchTenantResponse> events = new java.util.concurrent.CopyOnWriteArrayList<>();
      Future<?> watch =
          executor.submit(
              watching.wrap(
                  (Callable<Boolean>)
                      () -> {
                        Iterator<WatchTenantResponse> stream =
                            admin
                                .tenants()
                                .watchTenant(WatchTenantRequest.newBuilder().setTenant(id).build());
                        while (stream.hasNext()) {
                          events.add(stream.next());
                        }
                        return true;
                      }));
      await().until(() -> !events.isEmpty());
      assertThat(events.getFirst().getTenant().getState())
          .isEqualTo(TenantState.TENANT_STATE_PROVISIONING);

      messaging.accept(id);

      await()
          .until(
              () ->
                  events.stream()
                      .anyMatch(
                          each -> each.getTenant().getState() == TenantState.TENANT_STATE_ACTIVE));
      assertThat(events)
          .anyMatch(each -> each.getStep().getStep().equals("vhost"))
          .anyMatch(
              each ->
                  each.getCondition().getType().equals("messaging")
                      && each.getCondition().getStatus() == ConditionStatus.CONDITION_STATUS_TRUE);
      watching.cancel(null);
      assertThatThrownBy(watch::get).hasMessageContaining("CANCELLED");
    }
  }

  @Test
  void aSuspensionReachesEveryServiceWithinASecond() {
    String id = newId();
    createActive(id);
    long began = System.nanoTime();

    admin
        .tenants()
        .suspendTenant(SuspendTenantRequest.newBuilder().setTenant(id).setReason("test").build());

    for (ScriptedService each : services) {
      await()
          .pollInterval(java.time.Duration.ofMillis(5))
          .until(
              () ->
                  each.desired(id)
                      .filter(tenant -> tenant.getServing() == ServingState.SERVING_STATE_SUSPENDED)
                      .isPresent());
    }
    assertThat(java.time.Duration.ofNanos(System.nanoTime() - began))
        .isLessThan(java.time.Duration.ofSeconds(1));
    assertThat(
            admin
                .tenants()
                .resumeTenant(ResumeTenantRequest.newBuilder().setTenant(id).build())
                .getTenant()
                .getState())
        .isEqualTo(TenantState.TENANT_STATE_ACTIVE);
  }

  @Test
  void aServiceThatComesBackGetsOnlyWhatHasChanged() {
    String changed = newId();
    createActive(changed);
    createActive(newId());
    try (ScriptedService gateway = new ScriptedService(service, "gateway")) {
      gateway.connect();
      await().until(gateway::isOpened);
      await().until(gateway::hasLease);
      assertThat(gateway.desired(changed)).isPresent();
      gateway.disconnect();
      update(changed, "", Tenant.newBuilder().setPlan("enterprise"), "plan");

      gateway.connect();

      await().until(gateway::isOpened);
      assertThat(gateway.received())
          .extracting(DesiredTenant::getId)
          .contains(changed)
          .hasSizeLessThanOrEqualTo(2);
      assertThat(gateway.desired(changed).orElseThrow().getLimits().getMessaging().getQueues())
          .isEqualTo(500);
    }
  }

  @Test
  void aStreamOfAnotherServicesNameIsRefused() {
    try (ScriptedService impostor = new ScriptedService(service, "gateway", "messaging")) {
      impostor.connect();

      await().until(impostor::isEnded);
      assertThat(impostor.received()).isEmpty();
    }
  }

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
                    admin
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

    List<Object> outcomes = atOnce(6, () -> admin.tenants().createTenant(request).getTenant());

    assertThat(outcomes).hasSize(6).allMatch(Tenant.class::isInstance);
    assertThat(outcomes.stream().distinct()).hasSize(1);
    assertThat(
            refusal(
                () ->
                    admin
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
        admin
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
            admin
                .tenants()
                .undeleteTenant(UndeleteTenantRequest.newBuilder().setTenant(id).build())
                .getTenant()
                .getState())
        .isEqualTo(TenantState.TENANT_STATE_ACTIVE);
  }

  @Test
  void aKeyBecomesATokenThatTheJwksVerifiesAndNoMoreThanTheKeyPermits() throws Exception {
    String id = newId();
    Tenant tenant = createActive(id);
    CreateApiKeyResponse key = createKey(id, "", "cache.read", "cache.write");

    IssueTokenResponse issued =
        issue(
            IssueTokenRequest.newBuilder()
                .setApiKey(key.getKey())
                .addScopes("cache.read")
                .setTtl(Duration.newBuilder().setSeconds(60)));

    SignedJWT jwt = SignedJWT.parse(issued.getToken());
    assertThat(jwt.verify(new ECDSAVerifier(publicKey(jwt.getHeader().getKeyID())))).isTrue();
    assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo("kryonix");
    assertThat(jwt.getJWTClaimsSet().getAudience()).containsExactly("kryonix");
    assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo(key.getApiKey().getId());
    assertThat(jwt.getJWTClaimsSet().getStringClaim("tenant")).isEqualTo(id);
    assertThat(jwt.getJWTClaimsSet().getStringClaim("tenant_uid")).isEqualTo(tenant.getUid());
    assertThat(jwt.getJWTClaimsSet().getStringClaim("scope")).isEqualTo("cache.read");
    assertThat(jwt.getJWTClaimsSet().getStringClaim("plan")).isEqualTo("pro");
    assertThat(jwt.getJWTClaimsSet().getStringListClaim("modules"))
        .containsExactlyElementsOf(tenant.getModulesList());
    assertThat(jwt.getJWTClaimsSet().getExpirationTime().toInstant())
        .isBefore(Instant.now().plusSeconds(61));

    assertThat(
            refusal(
                () ->
                    issue(
                        IssueTokenRequest.newBuilder()
                            .setApiKey(key.getKey())
                            .addScopes("backup.run"))))
        .isEqualTo(new Caller.Refusal(Code.PERMISSION_DENIED, "SCOPE_MISSING", List.of()));
    assertThat(
            refusal(
                () ->
                    issue(
                        IssueTokenRequest.newBuilder()
                            .setApiKey(key.getKey())
                            .setTtl(Duration.newBuilder().setSeconds(901)))))
        .isEqualTo(invalid("INVALID_FIELD", "ttl"));
    String wrong = key.getKey().substring(0, key.getKey().length() - 4) + "AAAA";
    for (String bad : List.of(wrong, "kry_nothing", TenantProcess.ADMIN_KEY + "x")) {
      assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(bad))).reason())
          .isEqualTo("API_KEY_INVALID");
    }
  }

  @Test
  void aRevokedKeyGetsNoTokenAndTheServicesLearnOfIt() {
    String id = newId();
    createActive(id);
    CreateApiKeyResponse key = createKey(id, "", "cache.read");
    issue(IssueTokenRequest.newBuilder().setApiKey(key.getKey()));

    admin
        .access()
        .revokeApiKey(
            RevokeApiKeyRequest.newBuilder()
                .setTenant(id)
                .setApiKey(key.getApiKey().getId())
                .build());

    assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(key.getKey()))).code())
        .isEqualTo(Code.UNAUTHENTICATED);
    await()
        .atMost(java.time.Duration.ofSeconds(1))
        .until(
            () ->
                messaging
                    .desired(id)
                    .orElseThrow()
                    .getRevokedList()
                    .contains(key.getApiKey().getId()));
  }

  @Test
  void aRepeatedCreateApiKeyGetsTheSameSecret() {
    String id = newId();
    createActive(id);

    CreateApiKeyResponse first = createKey(id, "r-" + id, "cache.read");

    assertThat(createKey(id, "r-" + id, "cache.read")).isEqualTo(first);
    assertThat(createKey(id, "", "cache.read").getKey()).isNotEqualTo(first.getKey());
    assertThat(Caller.with(service.channel(), first.getKey())).isNotNull();
  }

  @Test
  void aTenantsOwnTokenReachesNeitherAnotherTenantNorThePlatform() {
    String own = newId();
    String other = newId();
    createActive(own);
    createActive(other);
    Caller tenant =
        Caller.with(service.channel(), createKey(own, "", "tenant.read", "tenant.write").getKey());

    assertThat(tenant.tenants().getTenant(named(own)).getTenant().getId()).isEqualTo(own);
    assertThat(refusal(() -> tenant.tenants().getTenant(named(other))).reason())
        .isEqualTo("TENANT_MISMATCH");
    assertThat(
            refusal(() -> tenant.tenants().listTenants(ListTenantsRequest.getDefaultInstance()))
                .code())
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(
            refusal(
                    () ->
                        tenant
                            .tenants()
                            .updateTenant(
                                UpdateTenantRequest.newBuilder()
                                    .setTenant(Tenant.newBuilder().setId(own).setPlan("enterprise"))
                                    .setUpdateMask(FieldMask.newBuilder().addPaths("plan"))
                                    .build()))
                .reason())
        .isEqualTo("SCOPE_MISSING");
    assertThat(
            refusal(
                    () ->
                        tenant
                            .access()
                            .createApiKey(
                                CreateApiKeyRequest.newBuilder()
                                    .setTenant(own)
                                    .setDisplayName("more")
                                    .addScopes("backup.admin")
                                    .build()))
                .reason())
        .as("no key can give what its maker lacks")
        .isEqualTo("SCOPE_MISSING");
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
      page = admin.tenants().listTenants(request.build());
      page.getTenantsList().forEach(tenant -> listed.add(tenant.getId()));
      request.setPageToken(page.getNextPageToken());
      create(newId(), good().putLabels("run", "other").build());
    } while (!page.getNextPageToken().isEmpty());

    assertThat(listed).containsExactlyElementsOf(ids.stream().sorted().toList());
    assertThat(admin.tenants().listTenants(byModule(label, "portal")).getTenantsList()).isEmpty();
    String token = admin.tenants().listTenants(request.setPageToken("").build()).getNextPageToken();
    assertThat(
            refusal(
                () ->
                    admin
                        .tenants()
                        .listTenants(byModule(label, "").toBuilder().setPageToken(token).build())))
        .isEqualTo(invalid("PAGE_TOKEN_INVALID", "page_token"));
  }

  @Test
  void everyChangeIsInTheAuditAndTheChainHolds() {
    String id = newId();
    createActive(id);
    createKey(id, "", "cache.read");
    actAs(id);

    List<String> actions =
        admin
            .audit()
            .listAuditEvents(ListAuditEventsRequest.newBuilder().setTenant(id).build())
            .getAuditEventsList()
            .stream()
            .map(event -> event.getAction())
            .toList();

    assertThat(actions)
        .containsExactly(
            "TenantService.CreateTenant",
            "TenantService.Activate",
            "AccessService.CreateApiKey",
            "AccessService.IssueToken");
    assertThat(
            admin
                .audit()
                .verifyAudit(VerifyAuditRequest.newBuilder().setTenant(id).build())
                .getIntact())
        .isTrue();
  }

  @Test
  void rawSqlAsTheApplicationRoleSeesNoOtherTenant() throws SQLException {
    String own = newId();
    String other = newId();
    createActive(own);
    createActive(other);
    createKey(own, "r-" + own, "cache.read");
    createKey(other, "r-" + other, "cache.read");
    try (Connection connection = application()) {
      connection.setAutoCommit(false);
      for (String table :
          List.of("tenants", "secrets", "api_keys", "conditions", "requests", "audit_events")) {
        String column = table.equals("tenants") ? "id" : "tenant";
        assertThat(count(connection, "SELECT count(*) FROM " + table)).as(table).isZero();
        execute(connection, "SELECT set_config('kryonix.tenant', '" + own + "', true)");
        assertThat(
                count(
                    connection,
                    "SELECT count(*) FROM " + table + " WHERE " + column + " <> '" + own + "'"))
            .as(table)
            .isZero();
        assertThatThrownBy(
                () ->
                    execute(
                        connection,
                        "UPDATE %s SET %s = '%s' RETURNING 1".formatted(table, column, other)))
            .as(table)
            .isInstanceOf(SQLException.class);
        connection.rollback();
        assertThat(count(connection, "SELECT count(*) FROM " + table))
            .as("%s, after the transaction that had set a tenant", table)
            .isZero();
        connection.rollback();
      }
    }
  }

  @Test
  void theApplicationRoleCannotRewriteTheAudit() throws SQLException {
    String id = newId();
    createActive(id);
    try (Connection connection = application()) {
      connection.setAutoCommit(false);
      for (String sql :
          List.of(
              "UPDATE audit_events SET actor = 'nobody'",
              "DELETE FROM audit_events",
              "TRUNCATE audit_events",
              "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY")) {
        assertThatThrownBy(() -> execute(connection, sql))
            .as(sql)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        connection.rollback();
      }
    }
  }

  @Test
  void whoeverGuessesAKeyIsSlowedDownAndWhoeverHasItIsNot() {
    String id = newId();
    createActive(id);
    String key = createKey(id, "", "tenant.read").getKey();
    String wrong = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
    for (int i = 0; i < 10; i++) {
      assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(wrong))).reason())
          .isEqualTo("API_KEY_INVALID");
    }

    assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(wrong))).reason())
        .isEqualTo("RATE_LIMITED");
    assertThat(issue(IssueTokenRequest.newBuilder().setApiKey(key)).getToken()).isNotEmpty();
  }

  private static String newId() {
    return "t" + UUID.randomUUID().toString().replace("-", "");
  }

  private static Tenant.Builder good() {
    return Tenant.newBuilder().setDisplayName("Clínica Exemplo").setPlan("pro");
  }

  private static Tenant create(String id) {
    return create(id, good().build());
  }

  private static Tenant create(String id, Tenant tenant) {
    return admin
        .tenants()
        .createTenant(CreateTenantRequest.newBuilder().setTenantId(id).setTenant(tenant).build())
        .getTenant();
  }

  private static Tenant createActive(String id) {
    create(id);
    awaitState(id, TenantState.TENANT_STATE_ACTIVE);
    return get(id);
  }

  private static void awaitState(String id, TenantState state) {
    await().until(() -> get(id).getState() == state);
  }

  private static Tenant get(String id) {
    return admin.tenants().getTenant(named(id)).getTenant();
  }

  private static GetTenantRequest named(String id) {
    return GetTenantRequest.newBuilder().setTenant(id).build();
  }

  private static Condition condition(String id, String type) {
    return get(id).getConditionsList().stream()
        .filter(each -> each.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static Tenant update(String id, String etag, Tenant.Builder values, String... paths) {
    return admin
        .tenants()
        .updateTenant(
            UpdateTenantRequest.newBuilder()
                .setTenant(values.setId(id).setEtag(etag))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(paths)))
                .build())
        .getTenant();
  }

  private static CreateApiKeyResponse createKey(String id, String requestId, String... scopes) {
    return admin
        .access()
        .createApiKey(
            CreateApiKeyRequest.newBuilder()
                .setTenant(id)
                .setDisplayName("test")
                .addAllScopes(List.of(scopes))
                .setRequestId(requestId)
                .build());
  }

  private static IssueTokenResponse issue(IssueTokenRequest.Builder request) {
    return AccessServiceGrpc.newBlockingStub(service.channel()).issueToken(request.build());
  }

  private static IssueTokenResponse actAs(String id) {
    return issue(IssueTokenRequest.newBuilder().setApiKey(TenantProcess.ADMIN_KEY).setTenant(id));
  }

  private static ListTenantsRequest byModule(String label, String module) {
    return ListTenantsRequest.newBuilder().addLabels(label).setModule(module).build();
  }

  private static SealedSecret secret(DesiredTenant tenant, String purpose) {
    return tenant.getSecretsList().stream()
        .filter(each -> each.getPurpose().equals(purpose))
        .findFirst()
        .orElseThrow();
  }

  private static ECKey publicKey(String id) {
    Jwk jwk =
        AccessServiceGrpc.newBlockingStub(service.channel())
            .getJwks(GetJwksRequest.getDefaultInstance())
            .getKeysList()
            .stream()
            .filter(each -> each.getKid().equals(id))
            .findFirst()
            .orElseThrow();
    return new ECKey.Builder(
            Curve.parse(jwk.getCrv()), new Base64URL(jwk.getX()), new Base64URL(jwk.getY()))
        .build();
  }

  private static Caller.Refusal invalid(String reason, String... fields) {
    return new Caller.Refusal(Code.INVALID_ARGUMENT, reason, List.of(fields));
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

  private static Connection application() throws SQLException {
    return DriverManager.getConnection(
        System.getenv("KRYONIX_POSTGRES_URL"),
        System.getenv("KRYONIX_POSTGRES_USER"),
        System.getenv("KRYONIX_POSTGRES_PASSWORD"));
  }

  private static long count(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }
}
