package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input is refused with the field named, and leaves nothing behind. */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputIT {
  private static final int LARGEST_PAYLOAD = 1024 * 1024;

  private final Platform platform;
  private final Operator operator;
  private final Rest admin;
  private final TestTenant tenant;

  BadInputIT(Platform platform) {
    this.platform = platform;
    operator = platform.operator();
    admin = operator.rest();
    tenant = platform.newTenant();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what                | tenant
        // | reason         | field
        "unknown plan          | {\"displayName\": \"X\", \"plan\": \"platinum\"}                      | PLAN_UNKNOWN   | tenant.plan",
        "unknown module        | {\"displayName\": \"X\", \"plan\": \"pro\", \"modules\": [\"erp\"]}   | MODULE_UNKNOWN | tenant.modules",
        "no plan               | {\"displayName\": \"X\"}                                              | INVALID_FIELD  | tenant.plan",
        "no display name       | {\"plan\": \"pro\"}                                                   | INVALID_FIELD  | tenant.display_name",
        "unknown JSON field    | {\"displayName\": \"X\", \"plan\": \"pro\", \"colour\": \"red\"}      | INVALID_FIELD  | tenant.colour",
        "a text for a list     | {\"displayName\": \"X\", \"plan\": \"pro\", \"modules\": \"crm\"}     | INVALID_FIELD  | tenant.modules",
        "a number for a text   | {\"displayName\": 7, \"plan\": \"pro\"}                               | INVALID_FIELD  | tenant.display",
        "unknown enum value    | {\"displayName\": \"X\", \"plan\": \"pro\", \"mobilePreference\": \"TV\"} | INVALID_FIELD | tenant.mobile",
        "malformed label       | {\"displayName\": \"X\", \"plan\": \"pro\", \"labels\": {\"Ü\": \"x\"}} | INVALID_FIELD | tenant.labels",
      })
  void aTenantThatCannotBeIsRefusedAndNotHalfCreated(
      String what, String body, String reason, String field) {
    String id = Platform.newTenantId();

    RestAnswer answer =
        admin.send(
            "POST", "/v1/tenants", "{\"tenantId\": \"%s\", \"tenant\": %s}".formatted(id, body));

    assertThat(answer.status()).isEqualTo(400);
    Refusal refusal = Refusal.of(answer);
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.fields()).singleElement().asString().startsWith(field);
    assertThat(admin.get("/v1/tenants/" + id).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "malformed id     | {\"tenantId\": \"Não!\", \"tenant\": {\"displayName\": \"X\", \"plan\": \"pro\"}} | tenant_id",
        "id too long      | {\"tenantId\": \"a23456789012345678901234567890123456789012345\", \"tenant\": {\"displayName\": \"X\", \"plan\": \"pro\"}} | tenant_id",
        "no tenant        | {\"tenantId\": \"never_created\"}                                               | tenant",
        "unknown field    | {\"tenantId\": \"never_created\", \"color\": 1}                                 | color",
        "invalid JSON     | {\"tenantId\": \"never_created\",                                               | body",
        "single quotes    | {'tenantId': 'never_created'}                                                   | body",
        "not an object    | [1, 2]                                                                          | body",
        "text behind it   | {\"tenantId\": \"never_created\"} {}                                            | body",
      })
  void aRequestThatCannotBeReadIsRefusedWithTheFieldNamed(String what, String body, String field) {
    RestAnswer answer = admin.send("POST", "/v1/tenants", body);

    assertThat(answer.status()).isEqualTo(400);
    Refusal refusal = Refusal.of(answer);
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.reason()).isEqualTo("INVALID_FIELD");
    assertThat(refusal.fields()).contains(field);
    assertThat(admin.get("/v1/tenants/never_created").status()).isEqualTo(404);
  }

  @Test
  void aTenantIdThatIsTakenIsRefusedAndTheTenantStaysAsItIs() {
    Tenant before = operator.get(tenant.id());

    RestAnswer answer =
        admin.send(
            "POST",
            "/v1/tenants",
            "{\"tenantId\": \"%s\", \"tenant\": {\"displayName\": \"Another\", \"plan\": \"basic\"}}"
                .formatted(tenant.id()));

    assertThat(answer.status()).isEqualTo(409);
    Refusal refusal = Refusal.of(answer);
    assertThat(refusal.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(refusal.resource()).isEqualTo(tenant.id());
    Tenant after = operator.get(tenant.id());
    assertThat(after.getUid()).isEqualTo(before.getUid());
    assertThat(after.getDisplayName()).isEqualTo(before.getDisplayName());
    assertThat(after.getPlan()).isEqualTo(before.getPlan());
  }

  @Test
  void overGrpcTheSameFieldIsNamed() {
    String token = operator.token(platform.adminApiKey()).getToken();

    Refusal refusal =
        Refusal.ofCall(
            () ->
                TenantServiceGrpc.newBlockingStub(platform.grpc().withToken(token))
                    .createTenant(
                        CreateTenantRequest.newBuilder()
                            .setTenantId("NOT A SLUG")
                            .setTenant(Tenant.newBuilder().setDisplayName("X").setPlan("pro"))
                            .build()));

    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.reason()).isEqualTo("INVALID_FIELD");
    assertThat(refusal.fields()).containsExactly("tenant_id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unknown module    | {\"module\": \"erp\", \"operation\": \"leads.create\"}                       | MODULE_UNKNOWN    | module",
        "unknown operation | {\"module\": \"crm\", \"operation\": \"leads.destroy\"}                      | OPERATION_UNKNOWN | operation",
        "no module         | {\"operation\": \"leads.create\"}                                            | INVALID_FIELD     | module",
        "no operation      | {\"module\": \"crm\"}                                                        | INVALID_FIELD     | operation",
        "priority 11       | {\"module\": \"crm\", \"operation\": \"leads.create\", \"priority\": 11}     | INVALID_FIELD     | priority",
        "no base64         | {\"module\": \"crm\", \"operation\": \"leads.create\", \"data\": \"*\"}      | INVALID_FIELD     | data",
      })
  void aMessageThatCannotBePublishedIsRefusedWithTheFieldNamed(
      String what, String body, String reason, String field) {
    RestAnswer answer = tenant.rest().send("POST", "/v1/messages:publish", body);

    assertThat(answer.status()).isEqualTo(400);
    Refusal refusal = Refusal.of(answer);
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.fields()).contains(field);
  }

  @Test
  void anOversizedMessageIsRefusedAndTheLargestOneIsNot() {
    var messages = MessagingServiceGrpc.newBlockingStub(tenant.grpc());

    assertThat(messages.publish(message(LARGEST_PAYLOAD)).getMessageId()).isNotEmpty();
    Refusal refusal = Refusal.ofCall(() -> messages.publish(message(LARGEST_PAYLOAD + 1)));
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.reason()).isEqualTo("MESSAGE_TOO_LARGE");
    RestAnswer overRest = tenant.rest().post("/v1/messages:publish", message(LARGEST_PAYLOAD + 1));
    assertThat(overRest.status()).isEqualTo(413);
    assertThat(Refusal.of(overRest)).isEqualTo(refusal);
  }

  @Test
  void aMessageOverTheGatewaysLimitIsRefusedByItsSize() {
    PublishRequest tooLarge = message(17 * LARGEST_PAYLOAD);

    Refusal overGrpc =
        Refusal.ofCall(() -> MessagingServiceGrpc.newBlockingStub(tenant.grpc()).publish(tooLarge));
    RestAnswer overRest = tenant.rest().post("/v1/messages:publish", tooLarge);

    assertThat(overGrpc.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(overRest.status()).isEqualTo(413);
    assertThat(Refusal.of(overRest).reason()).isEqualTo("MESSAGE_TOO_LARGE");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/nonsense, 404, ROUTE_NOT_FOUND",
    "GET, /, 404, ROUTE_NOT_FOUND",
    "DELETE, /v1/token, 405, HTTP_METHOD_NOT_ALLOWED",
    "GET, /v1/tenants?colour=red, 400, INVALID_FIELD",
    "GET, /v1/tenants?pageSize=many, 400, INVALID_FIELD",
    "GET, /v1/tenants?pageToken=nonsense, 400, PAGE_TOKEN_INVALID",
  })
  void aPathThatLeadsNowhereSaysWhy(String method, String path, int status, String reason) {
    RestAnswer answer = admin.send(method, path, "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(Refusal.of(answer).reason()).isEqualTo(reason);
  }

  private static PublishRequest message(int bytes) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setData(ByteString.copyFrom(new byte[bytes]))
        .build();
  }
}
