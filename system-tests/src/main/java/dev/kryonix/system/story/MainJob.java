package dev.kryonix.system.story;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.backup.v1.Backup;
import dev.kryonix.api.backup.v1.BackupState;
import dev.kryonix.api.backup.v1.Restore;
import dev.kryonix.api.backup.v1.RestorePhase;
import dev.kryonix.api.backup.v1.RestoreState;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.CreateApiKeyResponse;
import dev.kryonix.api.tenant.v1.IssueTokenResponse;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.system.gateway.GatewayAddress;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.gateway.RestAnswer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The main job of the platform, end to end: a clinic becomes a tenant, its apps exchange a message,
 * cache an appointment, and lose and get back their data.
 */
public final class MainJob {
  private static final String APPOINTMENT = "agendamento/user_data/consulta/ana";
  private static final String CALENDAR = "agendamento/config/calendario";
  private static final Map<String, String> MESSAGE =
      Map.of("paciente", "Ana", "hora", "2026-12-01T14:30:00-03:00");
  private static final String NAME = "Clínica Demonstração";

  private final GatewayAddress gateway;
  private final String adminApiKey;
  private final Steps steps;
  private final Duration refusedWithin;
  private final String id = "demo_" + random(4);
  private final ByteString appointment =
      text("{\"paciente\": \"Ana\", \"hora\": \"14:30\", \"sala\": \"" + random(200) + "\"}");
  private final ByteString calendar = ByteString.copyFrom(randomBytes(300));

  /**
   * @param refusedWithin how long a token of the deleted tenant may still be taken
   */
  public MainJob(GatewayAddress gateway, String adminApiKey, Steps steps, Duration refusedWithin) {
    this.gateway = gateway;
    this.adminApiKey = adminApiKey;
    this.steps = steps;
    this.refusedWithin = refusedWithin;
  }

  /** Does it all; throws {@link StepFailedException} at the first step that fails. */
  public void run() {
    Operator operator =
        steps.step(
            "log in with the platform's API key",
            () -> new Operator(gateway, adminApiKey),
            any -> "POST /v1/token");
    provision(operator);
    try (Grpc grpc = new Grpc(gateway.grpc())) {
      TenantApp app = login(operator, grpc);
      exchangeMessage(app);
      cache(app);
      String backup = backUp(app);
      damage(app);
      restore(app, backup);
      compare(app);
      end(operator, app);
    } catch (StepFailedException e) {
      cleanUp(operator);
      throw e;
    }
    steps.total("everything");
  }

  private void provision(Operator operator) {
    steps.step(
        "create the tenant " + id,
        () -> operator.create(id, NAME),
        tenant ->
            "plan %s, %d modules, %s"
                .formatted(tenant.getPlan(), tenant.getModulesCount(), tenant.getState()));
    steps.step(
        "watch it become ACTIVE",
        () -> operator.awaitActive(id),
        done -> "SSE; the services finished " + done + " steps meanwhile");
  }

  private TenantApp login(Operator operator, Grpc grpc) {
    CreateApiKeyResponse key =
        steps.step(
            "create an API key of the tenant",
            () -> operator.createApiKey(id, Operator.TENANT_SCOPES),
            created -> "key " + created.getApiKey().getId() + ", shown this once");
    IssueTokenResponse token =
        steps.step(
            "exchange the key for a token",
            () -> operator.token(key.getKey()),
            issued -> "%d scopes".formatted(issued.getScopesCount()));
    return new TenantApp(
        new Rest(gateway.http()).withToken(token.getToken()), grpc.withToken(token.getToken()));
  }

  private void exchangeMessage(TenantApp app) {
    PublishResponse published =
        steps.step(
            "publish agendamento.appointments.create",
            () -> app.publish("agendamento", "appointments.create", MESSAGE),
            response -> "REST; confirmed by the broker, " + response.getLane());
    steps.step(
        "receive it and acknowledge it",
        () -> receive(app, published.getMessageId()),
        delivery -> "gRPC; attempt " + delivery.getAttempt() + ", the same content");
  }

  private static Delivery receive(TenantApp app, String messageId) throws Exception {
    try (Subscription subscription = Subscription.open(app.grpc(), "agendamento.*")) {
      Delivery delivery = subscription.next(Duration.ofSeconds(20));
      Expect.same("the message", messageId, delivery.getMessage().getMessageId());
      Map<String, String> content =
          delivery.getMessage().getJson().getStructValue().getFieldsMap().entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().getStringValue()));
      Expect.same("its content", MESSAGE, content);
      Expect.same(
          "the outcome of the ack",
          SettlementOutcome.SETTLEMENT_OUTCOME_OK,
          subscription.acknowledge(delivery));
      return delivery;
    }
  }

  private void cache(TenantApp app) {
    steps.step(
        "cache two values",
        () -> {
          app.cache(APPOINTMENT, appointment);
          app.cache(CALENDAR, calendar);
          return appointment.size() + calendar.size();
        },
        bytes -> "REST; " + bytes + " bytes");
    steps.step("read them back", () -> expectCached(app), any -> "REST; the same bytes");
  }

  private boolean expectCached(TenantApp app) {
    Expect.same("the cached appointment", Optional.of(appointment), app.cached(APPOINTMENT));
    Expect.same("the cached calendar", Optional.of(calendar), app.cached(CALENDAR));
    return true;
  }

  private String backUp(TenantApp app) {
    Backup started =
        steps.step("start a backup", app::startBackup, backup -> "REST; " + backup.getBackup());
    Backup ended =
        steps.step(
            "watch it complete",
            () -> {
              Backup last = app.awaitBackup(started.getBackup());
              Expect.same(
                  "the backup (" + last.getFailure().getMessage() + ")",
                  BackupState.BACKUP_STATE_SUCCEEDED,
                  last.getState());
              return last;
            },
            MainJob::describe);
    return ended.getBackup();
  }

  private static String describe(Backup backup) {
    long records = backup.getSourcesList().stream().mapToLong(source -> source.getRecords()).sum();
    return "gRPC; %d records of %d sources, %d bytes stored, %d ms"
        .formatted(
            records,
            backup.getSourcesCount(),
            backup.getMetrics().getStoredBytes(),
            Durations.toMillis(backup.getMetrics().getDuration()));
  }

  private void damage(TenantApp app) {
    steps.step(
        "damage the cache",
        () -> {
          app.cache(APPOINTMENT, text("damaged"));
          app.uncache(CALENDAR);
          Expect.same(
              "the cached appointment", Optional.of(text("damaged")), app.cached(APPOINTMENT));
          Expect.same("the cached calendar", Optional.empty(), app.cached(CALENDAR));
          return true;
        },
        any -> "one value overwritten, one deleted");
    steps.step(
        "damage the tenant's settings",
        () ->
            app.change(
                Tenant.newBuilder()
                    .setId(id)
                    .setDisplayName("damaged")
                    .putLabels("cidade", "damaged")
                    .build()),
        tenant -> "its name is now \"" + tenant.getDisplayName() + "\"");
  }

  private void restore(TenantApp app, String backup) {
    Restore started =
        steps.step(
            "restore the backup",
            () -> app.startRestore(backup),
            restore -> "REST; " + restore.getRestore());
    steps.step(
        "watch it complete",
        () -> {
          Restore last = app.awaitRestore(started.getRestore());
          Expect.same(
              "the restore (" + last.getFailure().getMessage() + ")",
              RestoreState.RESTORE_STATE_SUCCEEDED,
              last.getState());
          return last;
        },
        restore ->
            "gRPC; "
                + restore.getPhasesList().stream()
                    .map(phase -> name(phase.getPhase()))
                    .collect(Collectors.joining(", ")));
  }

  private static String name(RestorePhase phase) {
    return phase.name().replace("RESTORE_PHASE_", "").toLowerCase(Locale.ROOT);
  }

  private void compare(TenantApp app) {
    steps.step("read the cache again", () -> expectCached(app), any -> "REST; the same bytes");
    steps.step(
        "read the tenant's settings again",
        () -> {
          Tenant tenant = app.describe(id);
          Expect.same("the tenant's name", NAME, tenant.getDisplayName());
          Expect.same("its labels", Map.of("cidade", "Recife"), tenant.getLabelsMap());
          return tenant;
        },
        tenant -> "its name is \"" + tenant.getDisplayName() + "\" again");
  }

  private void end(Operator operator, TenantApp app) {
    steps.step("delete the tenant", () -> operator.delete(id), tenant -> tenant.getState().name());
    steps.step(
        "its token is refused",
        () -> awaitRefusal(app),
        answer -> "HTTP %d %s".formatted(answer.status(), answer.error().getMessage()));
  }

  private RestAnswer awaitRefusal(TenantApp app) throws InterruptedException {
    long deadline = System.nanoTime() + refusedWithin.toNanos();
    RestAnswer answer = app.rest().get("/v1/cache/" + APPOINTMENT);
    while (answer.status() != 403 && System.nanoTime() < deadline) {
      Thread.sleep(10);
      answer = app.rest().get("/v1/cache/" + APPOINTMENT);
    }
    Expect.same("the status after " + refusedWithin.toMillis() + " ms", 403, answer.status());
    return answer;
  }

  /** A demonstration that failed leaves no tenant behind either, if that is still possible. */
  private void cleanUp(Operator operator) {
    try {
      operator.delete(id);
    } catch (RuntimeException e) {
      // What matters is the step that failed.
    }
  }

  private static ByteString text(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  private static String random(int bytes) {
    return HexFormat.of().formatHex(randomBytes(bytes));
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}
