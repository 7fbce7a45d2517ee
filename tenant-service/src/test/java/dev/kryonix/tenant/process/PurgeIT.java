package dev.kryonix.tenant.process;

import static dev.kryonix.tenant.process.Caller.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.ActorKind;
import dev.kryonix.api.tenant.v1.AuditEvent;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.Credential;
import dev.kryonix.api.tenant.v1.DeleteTenantRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Erasure;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.GetUsageRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.ListAuditEventsRequest;
import dev.kryonix.api.tenant.v1.PurgeTenantRequest;
import dev.kryonix.api.tenant.v1.RepairTenantRequest;
import dev.kryonix.api.tenant.v1.RotateCredentialsRequest;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServiceErasure;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.Usage;
import dev.kryonix.api.tenant.v1.VerifyAuditRequest;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.ParseException;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lasts, and what is erased: purge, usage, repair and new credentials, on PostgreSQL. */
final class PurgeIT {
  private static TenantProcess service;
  private static ScriptedService messaging;
  private static ScriptedService cache;
  private static ScriptedService backup;
  private static Caller admin;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    service = TenantProcess.start(folder);
    messaging = new ScriptedService(service, "messaging");
    cache = new ScriptedService(service, "cache");
    backup = new ScriptedService(service, "backup");
    List.of(messaging, cache, backup).forEach(ScriptedService::connect);
    admin = Caller.with(service.channel(), TenantProcess.ADMIN_KEY);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    List.of(messaging, cache, backup).forEach(ScriptedService::close);
    service.stop();
  }

  @Test
  void aPurgeEndsWithACertificateThatCountsWhatWasThereAndThatNothingIs() throws Exception {
    Tenant tenant = active();
    String key = apiKey(tenant.getId());
    delete(tenant.getId());

    Erasure begun = purge(tenant, true);
    assertThat(begun.getDestroyedKeyIdsList())
        .anyMatch(id -> id.startsWith("tenant-key/"))
        .anyMatch(id -> id.startsWith("broker-password/"));
    await().until(() -> purge(tenant, true).getFinished());

    Erasure erasure = purge(tenant, true);
    assertThat(erasure.hasFinishTime()).isTrue();
    assertThat(erasure.getDestroyedKeyIdsList()).isEqualTo(begun.getDestroyedKeyIdsList());
    assertThat(erasure.getServicesList())
        .extracting(ServiceErasure::getService)
        .containsExactly("backup", "cache", "messaging", "tenant");
    assertThat(erasure.getServicesList())
        .allSatisfy(part -> assertThat(part.getFinished()).isTrue())
        .allSatisfy(part -> assertThat(part.getCountsAfterMap().values()).containsOnly(0L));
    assertThat(part(erasure, "messaging").getCountsBeforeMap())
        .containsEntry("messaging.things", 3L);
    assertThat(part(erasure, "tenant").getCountsBeforeMap())
        .containsEntry("tenant.secrets", 2L)
        .containsEntry("tenant.api_keys", 1L);
    assertThat(rows("SELECT count(*) FROM secrets WHERE tenant_uid = '" + tenant.getUid() + "'"))
        .isZero();
    assertThat(
            refusal(
                    () ->
                        AccessServiceGrpc.newBlockingStub(service.channel())
                            .issueToken(IssueTokenRequest.newBuilder().setApiKey(key).build()))
                .code())
        .isEqualTo(Code.UNAUTHENTICATED);
    assertCertifies(erasure);
  }

  @Test
  void aCertificateIsNoToken() {
    Tenant tenant = active();
    delete(tenant.getId());
    purge(tenant, true);
    await().until(() -> purge(tenant, true).getFinished());
    Caller forger = Caller.withToken(service.channel(), purge(tenant, true).getCertificate());

    assertThat(refusal(() -> forger.tenants().getTenant(named(tenant.getId()))).code())
        .isEqualTo(Code.UNAUTHENTICATED);
  }

  @Test
  void aPurgeWaitsForAServiceThatIsAwayAndSaysWhichAndWhy() {
    Tenant tenant = active();
    cache.refuse(tenant.getId());
    backup.disconnect();
    delete(tenant.getId());

    purge(tenant, true);

    await()
        .untilAsserted(
            () -> {
              Erasure erasure = purge(tenant, true);
              assertThat(part(erasure, "messaging").getFinished()).isTrue();
              assertThat(part(erasure, "cache").getFinished()).isFalse();
              assertThat(part(erasure, "cache").getCondition().getReason()).isEqualTo("NotErased");
              assertThat(part(erasure, "cache").getCondition().hasNextRetryTime()).isTrue();
              assertThat(part(erasure, "backup").getFinished()).isFalse();
              assertThat(erasure.getFinished()).isFalse();
              assertThat(erasure.getCertificate()).isEmpty();
            });

    cache.accept(tenant.getId());
    // An instance that has lost everything it knew is asked all the same.
    new ScriptedService(service, "backup").connect();

    await().until(() -> purge(tenant, true).getFinished());
    backup.connect();
  }

  @Test
  void onlyADeletedTenantOfThatUidWhoseGraceIsOverIsPurged() {
    Tenant tenant = active();

    assertThat(refusal(() -> purge(tenant, true)).reason()).isEqualTo("STATE_CONFLICT");
    delete(tenant.getId());
    assertThat(refusal(() -> purge(tenant, false)).reason()).isEqualTo("STATE_CONFLICT");
    Tenant another = tenant.toBuilder().setUid(UUID.randomUUID().toString()).build();
    assertThat(refusal(() -> purge(another, true)).code()).isEqualTo(Code.NOT_FOUND);
    assertThat(get(tenant.getId()).getState()).isEqualTo(TenantState.TENANT_STATE_DELETING);

    purge(tenant, true);

    assertThat(refusal(() -> get(tenant.getId())).code()).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void aTenantWhoseGraceHasEndedIsPurgedByItself() {
    Tenant tenant = active();
    admin
        .tenants()
        .deleteTenant(
            DeleteTenantRequest.newBuilder()
                .setTenant(tenant.getId())
                .setGrace(Duration.newBuilder().setSeconds(1))
                .build());

    await()
        .atMost(java.time.Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(refusal(() -> get(tenant.getId())).code()).isEqualTo(Code.NOT_FOUND));
    await().until(() -> purge(tenant, false).getFinished());
  }

  @Test
  void theNextTenantOfTheSameIdHasNothingOfThePurgedOne() {
    Tenant first = active();
    Iterator<WatchTenantResponse> watching =
        admin
            .tenants()
            .watchTenant(WatchTenantRequest.newBuilder().setTenant(first.getId()).build());
    assertThat(watching.next().hasTenant()).isTrue();
    delete(first.getId());
    purge(first, true);

    Tenant second = active(first.getId());

    assertThat(second.getUid()).isNotEqualTo(first.getUid());
    await().until(() -> purge(first, true).getFinished());
    assertThat(get(second.getId()).getState()).isEqualTo(TenantState.TENANT_STATE_ACTIVE);
    // Whoever watched the first one hears its end, and nothing of the second.
    watching.forEachRemaining(
        event ->
            assertThat(event.hasTenant() ? event.getTenant().getUid() : first.getUid())
                .isEqualTo(first.getUid()));
  }

  @Test
  void usageIsToldAgainstTheLimitsInForce() {
    Tenant tenant = active();
    DesiredTenant desired = cache.desired(tenant.getId()).orElseThrow();
    cache.reportUsage(
        desired.getUid(), Map.of("cache.keys", 12L, "cache.memory_bytes", 4096L, "cache.hits", 1L));

    await().until(() -> usage(tenant).size() == 3);

    assertThat(usage(tenant))
        .extracting(Usage::getMetric)
        .containsExactly("cache.hits", "cache.keys", "cache.memory_bytes");
    Usage keys = usage(tenant).get(1);
    assertThat(keys.getService()).isEqualTo("cache");
    assertThat(keys.getAmount()).isEqualTo(12);
    assertThat(keys.getLimit()).isEqualTo(tenant.getLimits().getCache().getKeys()).isPositive();
    assertThat(keys.hasMeasureTime()).isTrue();
    assertThat(usage(tenant).getFirst().getLimit()).isZero();

    cache.reportUsage(desired.getUid(), Map.of("cache.keys", 11L));
    await().until(() -> usage(tenant).get(1).getAmount() == 11);
  }

  @Test
  void aRepairIsANewGenerationOfTheSameTenant() {
    Tenant tenant = active();

    Tenant repaired =
        admin
            .tenants()
            .repairTenant(RepairTenantRequest.newBuilder().setTenant(tenant.getId()).build())
            .getTenant();

    assertThat(repaired.getGeneration()).isEqualTo(tenant.getGeneration() + 1);
    assertThat(repaired.getEtag()).isEqualTo(tenant.getEtag());
    await()
        .untilAsserted(
            () ->
                assertThat(get(tenant.getId()).getConditionsList())
                    .allSatisfy(
                        condition ->
                            assertThat(condition.getObservedGeneration())
                                .isEqualTo(repaired.getGeneration())));
  }

  @Test
  void newCredentialsComeFirstAndTheOldOnesStayForOneGenerationOnly() {
    Tenant tenant = active();
    List<String> first = secrets(tenant, "broker-password");

    List<String> second = rotate(tenant);
    assertThat(second).hasSize(2).endsWith(first.getFirst());
    List<String> third = rotate(tenant);
    assertThat(third).hasSize(2).endsWith(second.getFirst()).doesNotContain(first.getFirst());
  }

  @Test
  void aNewTenantKeyIsToldFirstAndUsedOnceItsNoticeIsOver() {
    Tenant tenant = active();
    List<String> first = secrets(tenant, "tenant-key");
    List<String> password = secrets(tenant, "broker-password");

    Instant asked = Instant.now();
    rotate(tenant, Credential.CREDENTIAL_TENANT_KEY);
    List<String> announced = secrets(tenant, "tenant-key");
    assertThat(announced).hasSize(2).startsWith(first.getFirst());
    rotate(tenant, Credential.CREDENTIAL_TENANT_KEY);
    assertThat(secrets(tenant, "tenant-key"))
        .as("while one is on its way there is no other")
        .isEqualTo(announced);

    await()
        .atMost(java.time.Duration.ofSeconds(60))
        .until(() -> secrets(tenant, "tenant-key").equals(announced.reversed()));
    assertThat(java.time.Duration.between(asked, Instant.now()))
        .isGreaterThanOrEqualTo(TenantProcess.KEY_NOTICE);
    assertThat(secrets(tenant, "broker-password")).isEqualTo(password);
    rotate(tenant, Credential.CREDENTIAL_TENANT_KEY, Credential.CREDENTIAL_BROKER_PASSWORD);
    assertThat(secrets(tenant, "tenant-key")).hasSize(3).startsWith(announced.getLast());
    assertThat(secrets(tenant, "broker-password")).hasSize(2).endsWith(password.getFirst());
    assertThat(
            admin
                .audit()
                .listAuditEvents(
                    ListAuditEventsRequest.newBuilder().setTenant(tenant.getId()).build())
                .getAuditEventsList())
        .extracting(AuditEvent::getDetailsMap)
        .contains(Map.of("credentials", "CREDENTIAL_TENANT_KEY"), Map.of("in_use", "tenant-key"));
  }

  @Test
  void theAuditSaysFromWhereAndStaysIntact() {
    Tenant tenant = active();
    delete(tenant.getId());

    assertThat(
            admin
                .audit()
                .listAuditEvents(
                    ListAuditEventsRequest.newBuilder().setTenant(tenant.getId()).build())
                .getAuditEventsList())
        .filteredOn(event -> event.getActorKind() == ActorKind.ACTOR_KIND_PLATFORM)
        .hasSize(2)
        .allSatisfy(event -> assertThat(event.getSource()).isEqualTo("127.0.0.1"));
    assertThat(
            admin
                .audit()
                .verifyAudit(VerifyAuditRequest.newBuilder().setTenant(tenant.getId()).build())
                .getIntact())
        .isTrue();
  }

  @Test
  void anIdThatThePlatformHasForItselfIsRefused() {
    Caller.Refusal refusal =
        refusal(
            () ->
                admin
                    .tenants()
                    .createTenant(
                        CreateTenantRequest.newBuilder()
                            .setTenantId("admin")
                            .setTenant(Tenant.newBuilder().setDisplayName("A").setPlan("pro"))
                            .build()));

    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.fields()).containsExactly("tenant_id");
  }

  private static List<String> rotate(Tenant tenant, Credential... credentials) {
    long generation =
        admin
            .tenants()
            .rotateCredentials(
                RotateCredentialsRequest.newBuilder()
                    .setTenant(tenant.getId())
                    .addAllCredentials(List.of(credentials))
                    .build())
            .getTenant()
            .getGeneration();
    await()
        .until(() -> messaging.desired(tenant.getId()).orElseThrow().getGeneration() >= generation);
    return secrets(tenant, "broker-password");
  }

  private static List<String> secrets(Tenant tenant, String purpose) {
    return messaging.desired(tenant.getId()).orElseThrow().getSecretsList().stream()
        .filter(secret -> secret.getPurpose().equals(purpose))
        .map(SealedSecret::getId)
        .toList();
  }

  private static void assertCertifies(Erasure erasure) throws Exception {
    SignedJWT certificate = SignedJWT.parse(erasure.getCertificate());
    assertThat(certificate.getHeader().getType().getType()).isEqualTo("erasure-certificate+jwt");
    assertThat(certificate.verify(new ECDSAVerifier(jwks(certificate).toECKey()))).isTrue();
    assertThat(certificate.getJWTClaimsSet().getSubject())
        .isEqualTo("tenants/" + erasure.getTenant());
    assertThat(certificate.getJWTClaimsSet().getStringClaim("tenant_uid"))
        .isEqualTo(erasure.getUid());
    assertThat(certificate.getJWTClaimsSet().getStringListClaim("destroyed_key_ids"))
        .isEqualTo(erasure.getDestroyedKeyIdsList());
    assertThat(certificate.getJWTClaimsSet().getListClaim("services"))
        .hasSize(erasure.getServicesCount());
    assertThat(certificate.getJWTClaimsSet().getJSONObjectClaim("audit")).containsKey("head");
  }

  private static com.nimbusds.jose.jwk.JWK jwks(SignedJWT certificate) throws ParseException {
    StringBuilder json = new StringBuilder("{\"keys\":[");
    for (Jwk key :
        AccessServiceGrpc.newBlockingStub(service.channel())
            .getJwks(GetJwksRequest.getDefaultInstance())
            .getKeysList()) {
      json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
          .append(
              "{\"kty\":\"EC\",\"crv\":\"%s\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
                  .formatted(key.getCrv(), key.getKid(), key.getX(), key.getY()));
    }
    return JWKSet.parse(json.append("]}").toString())
        .getKeyByKeyId(certificate.getHeader().getKeyID());
  }

  private static List<Usage> usage(Tenant tenant) {
    return admin
        .tenants()
        .getUsage(GetUsageRequest.newBuilder().setTenant(tenant.getId()).build())
        .getUsagesList();
  }

  private static Erasure purge(Tenant tenant, boolean skipGrace) {
    return admin
        .tenants()
        .purgeTenant(
            PurgeTenantRequest.newBuilder()
                .setTenant(tenant.getId())
                .setUid(tenant.getUid())
                .setSkipGrace(skipGrace)
                .build())
        .getErasure();
  }

  private static ServiceErasure part(Erasure erasure, String name) {
    return erasure.getServicesList().stream()
        .filter(part -> part.getService().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void delete(String id) {
    admin.tenants().deleteTenant(DeleteTenantRequest.newBuilder().setTenant(id).build());
  }

  private static String apiKey(String id) {
    return admin
        .access()
        .createApiKey(
            CreateApiKeyRequest.newBuilder()
                .setTenant(id)
                .setDisplayName("test")
                .addScopes("tenant.read")
                .build())
        .getKey();
  }

  private static Tenant active() {
    return active("t" + UUID.randomUUID().toString().replace("-", ""));
  }

  private static Tenant active(String id) {
    admin
        .tenants()
        .createTenant(
            CreateTenantRequest.newBuilder()
                .setTenantId(id)
                .setTenant(Tenant.newBuilder().setDisplayName("Acme").setPlan("pro"))
                .build());
    await().until(() -> get(id).getState() == TenantState.TENANT_STATE_ACTIVE);
    return get(id);
  }

  private static Tenant get(String id) {
    return admin.tenants().getTenant(named(id)).getTenant();
  }

  private static GetTenantRequest named(String id) {
    return GetTenantRequest.newBuilder().setTenant(id).build();
  }

  private static long rows(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                System.getenv("KRYONIX_POSTGRES_URL"),
                System.getenv("KRYONIX_POSTGRES_USER"),
                System.getenv("KRYONIX_POSTGRES_PASSWORD"));
        PreparedStatement platform =
            connection.prepareStatement("SELECT set_config('kryonix.platform', 'on', false)");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      platform.execute();
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        return found.getLong(1);
      }
    }
  }
}
