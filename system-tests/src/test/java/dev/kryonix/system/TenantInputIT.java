package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Code;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.system.contract.AnyCall;
import dev.kryonix.system.contract.BadRequests;
import dev.kryonix.system.contract.BadRequests.BadRequest;
import dev.kryonix.system.contract.Contract;
import dev.kryonix.system.contract.RestRequest;
import dev.kryonix.system.contract.Rpc;
import dev.kryonix.system.contract.SmallestRequest;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import io.grpc.Channel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is wrong with a request about tenants and keys, it is refused, over gRPC and REST alike,
 * with the reason and the field, and nothing has changed.
 */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TenantInputIT {
  private static final String PACKAGE = "kryonix.tenant.v1.";
  private static final int DEADLINE_SECONDS = 20;

  private final Operator operator;
  private final Rest rest;
  private final Channel grpc;
  private final TestTenant tenant;
  private final String uid;

  TenantInputIT(Platform platform) {
    operator = platform.operator();
    rest = operator.rest();
    grpc = platform.grpc().withToken(operator.token(platform.adminApiKey()).getToken());
    tenant = platform.newTenant();
    uid = operator.get(tenant.id()).getUid();
  }

  static Stream<Rpc> rpcs() {
    return Contract.load().rpcs().stream()
        .filter(rpc -> rpc.name().startsWith(PACKAGE))
        .filter(rpc -> rpc.policy().getExposure() != Exposure.EXPOSURE_INTERNAL);
  }

  /** A request that breaks a rule of the contract. */
  @ParameterizedTest
  @MethodSource("rpcs")
  void aFieldThatBreaksARuleIsNamed(Rpc rpc) {
    for (BadRequest bad : BadRequests.of(good(rpc))) {
      Refusal overGrpc = overGrpc(rpc, bad.message());
      assertThat(overGrpc.code()).as(bad.toString()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(overGrpc.reason()).as(bad.toString()).isEqualTo("INVALID_FIELD");
      assertThat(overGrpc.fields())
          .as(bad.toString())
          .anyMatch(field -> field.startsWith(bad.field()));
      RestRequest.of(rpc, bad.message())
          .ifPresent(
              request -> {
                RestAnswer answer = send(request);
                assertThat(answer.status()).as(bad + " as " + request).isEqualTo(400);
                Refusal refusal = Refusal.of(answer);
                assertThat(refusal.reason()).as(bad + " as " + request).isEqualTo("INVALID_FIELD");
                assertThat(refusal.fields())
                    .as(bad + " as " + request)
                    .anyMatch(field -> field.startsWith(bad.field()));
              });
    }
    assertThat(operator.get(tenant.id()).getRevision()).isEqualTo(2);
  }

  @Test
  void theRulesOfTheContractsGiveBadRequestsForEachRpcWithFields() {
    assertThat(rpcs())
        .filteredOn(rpc -> !rpc.method().getInputType().getFields().isEmpty())
        .allSatisfy(rpc -> assertThat(BadRequests.of(good(rpc))).isNotEmpty());
  }

  /** A request that is well-formed, and still cannot be: TENANT and UID stand for the test's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // RPC | request | code | reason | field
        "TenantService/CreateTenant | {\"tenantId\": \"one_id\", \"tenant\": {\"id\": \"another\", \"displayName\": \"X\", \"plan\": \"pro\"}} | INVALID_ARGUMENT | INVALID_FIELD | tenant.id",
        "TenantService/CreateTenant | {\"tenant\": {\"displayName\": \"  \", \"plan\": \"pro\"}} | INVALID_ARGUMENT | INVALID_FIELD | tenant.display_name",
        "TenantService/CreateTenant | {\"tenant\": {\"displayName\": \"X\", \"plan\": \"platinum\"}} | INVALID_ARGUMENT | PLAN_UNKNOWN | tenant.plan",
        "TenantService/CreateTenant | {\"tenant\": {\"displayName\": \"X\", \"plan\": \"pro\", \"modules\": [\"erp\"]}} | INVALID_ARGUMENT | MODULE_UNKNOWN | tenant.modules",
        "TenantService/CreateTenant | {\"tenant\": {\"displayName\": \"X\", \"plan\": \"pro\", \"sector\": \"mineracao\"}} | INVALID_ARGUMENT | INVALID_FIELD | tenant.sector",
        "TenantService/GetTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/WatchTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/GetUsage | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/RepairTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/RotateCredentials | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/ListTenants | {\"pageToken\": \"nonsense\"} | INVALID_ARGUMENT | PAGE_TOKEN_INVALID |",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"\"} | INVALID_ARGUMENT | INVALID_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"colour\"} | INVALID_ARGUMENT | INVALID_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"id\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"uid\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"state\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"cell\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"limits\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"createTime\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\", \"displayName\": \"New\"}, \"updateMask\": \"displayName,uid\"} | INVALID_ARGUMENT | IMMUTABLE_FIELD | update_mask",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"displayName\"} | INVALID_ARGUMENT | INVALID_FIELD | tenant.display_name",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"plan\"} | INVALID_ARGUMENT | INVALID_FIELD | tenant.plan",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\", \"plan\": \"platinum\"}, \"updateMask\": \"plan\"} | INVALID_ARGUMENT | PLAN_UNKNOWN | tenant.plan",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\", \"modules\": [\"erp\"]}, \"updateMask\": \"modules\"} | INVALID_ARGUMENT | MODULE_UNKNOWN | tenant.modules",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\"}, \"updateMask\": \"region\"} | INVALID_ARGUMENT | INVALID_FIELD | tenant.region",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"TENANT\", \"displayName\": \"X\", \"etag\": \"1-stale\"}, \"updateMask\": \"displayName\"} | ABORTED | ETAG_MISMATCH |",
        "TenantService/UpdateTenant | {\"tenant\": {\"id\": \"nobody_here\", \"displayName\": \"X\"}, \"updateMask\": \"displayName\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/SuspendTenant | {\"tenant\": \"TENANT\", \"etag\": \"1-stale\"} | ABORTED | ETAG_MISMATCH |",
        "TenantService/SuspendTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/ResumeTenant | {\"tenant\": \"TENANT\", \"etag\": \"1-stale\"} | ABORTED | ETAG_MISMATCH |",
        "TenantService/ResumeTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/DeleteTenant | {\"tenant\": \"TENANT\", \"etag\": \"1-stale\"} | ABORTED | ETAG_MISMATCH |",
        "TenantService/DeleteTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/UndeleteTenant | {\"tenant\": \"TENANT\"} | FAILED_PRECONDITION | STATE_CONFLICT |",
        "TenantService/UndeleteTenant | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/PurgeTenant | {\"tenant\": \"TENANT\", \"uid\": \"UID\"} | FAILED_PRECONDITION | STATE_CONFLICT |",
        "TenantService/PurgeTenant | {\"tenant\": \"TENANT\", \"uid\": \"00000000-0000-4000-8000-000000000000\", \"skipGrace\": true} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "TenantService/SuggestTenant | {} | INVALID_ARGUMENT | INVALID_FIELD | description",
        "AccessService/CreateApiKey | {\"tenant\": \"nobody_here\", \"displayName\": \"X\", \"scopes\": [\"cache.read\"]} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "AccessService/ListApiKeys | {\"tenant\": \"nobody_here\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "AccessService/ListApiKeys | {\"tenant\": \"TENANT\", \"pageToken\": \"nonsense\"} | INVALID_ARGUMENT | PAGE_TOKEN_INVALID |",
        "AccessService/RevokeApiKey | {\"tenant\": \"TENANT\", \"apiKey\": \"abcdefghijkl\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "AccessService/RevokeApiKey | {\"tenant\": \"nobody_here\", \"apiKey\": \"abcdefghijkl\"} | NOT_FOUND | RESOURCE_NOT_FOUND |",
        "AccessService/IssueToken | {\"apiKey\": \"kry_abcdefghijkl_0000000000000000000000000000000000000000000\"} | UNAUTHENTICATED | API_KEY_INVALID |",
        "AccessService/IssueToken | {\"apiKey\": \"no key at all\"} | UNAUTHENTICATED | API_KEY_INVALID |",
        "AccessService/IssueToken | {\"apiKey\": \"KEY\", \"scopes\": [\"platform.admin\"]} | PERMISSION_DENIED | SCOPE_MISSING |",
        "AccessService/IssueToken | {\"apiKey\": \"KEY\", \"tenant\": \"nobody_here\"} | PERMISSION_DENIED | TENANT_MISMATCH |",
      })
  void aRequestThatCannotBeMetSaysWhyAndChangesNothing(
      String rpcName, String json, Code code, String reason, String field) {
    Rpc rpc =
        rpcs().filter(each -> each.name().equals(PACKAGE + rpcName)).findFirst().orElseThrow();
    DynamicMessage request =
        parse(
            rpc,
            json.replace("TENANT", tenant.id())
                .replace("UID", uid)
                .replace("KEY", tenant.apiKey()));

    Refusal overGrpc = overGrpc(rpc, request);
    Refusal overRest = Refusal.of(send(RestRequest.of(rpc, request).orElseThrow()));

    assertThat(overGrpc.code()).isEqualTo(code);
    assertThat(overGrpc.reason()).isEqualTo(reason);
    Optional.ofNullable(field)
        .ifPresent(name -> assertThat(overGrpc.fields()).containsExactly(name));
    assertThat(overRest).isEqualTo(overGrpc);
    assertThat(operator.get(tenant.id()).getRevision()).isEqualTo(2);
  }

  /** Each entry alone is small; what counts is what there is in the end. */
  @Test
  void aMapDoesNotOutgrowItsBoundEntryByEntry() {
    TestTenant other = tenant.platform().newTenant();
    String path = "/v1/tenants/" + other.id() + "?updateMask=";
    List<String> labels =
        Stream.iterate(0, i -> i + 1).limit(64).map("\"l%d\": \"x\""::formatted).toList();
    assertThat(
            rest.send("PATCH", path + "labels", "{\"labels\": {" + String.join(",", labels) + "}}")
                .status())
        .isEqualTo(200);

    Refusal refusal =
        Refusal.of(
            rest.send("PATCH", path + "labels.one_more", "{\"labels\": {\"one_more\": \"x\"}}"));

    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.fields()).containsExactly("tenant.labels");
    assertThat(operator.get(other.id()).getLabelsCount()).isEqualTo(64);
  }

  private DynamicMessage good(Rpc rpc) {
    DynamicMessage smallest =
        new SmallestRequest(Map.of("tenant", tenant.id(), "uid", uid))
            .of(rpc.method().getInputType());
    if (!rpc.name().equals(PACKAGE + "TenantService/UpdateTenant")) {
      return smallest;
    }
    return smallest.toBuilder()
        .mergeFrom(
            parse(
                rpc,
                "{\"tenant\": {\"id\": \"%s\"}, \"updateMask\": \"labels\"}"
                    .formatted(tenant.id())))
        .build();
  }

  private Refusal overGrpc(Rpc rpc, DynamicMessage request) {
    return Refusal.ofCall(() -> AnyCall.first(rpc, request, grpc, DEADLINE_SECONDS));
  }

  private RestAnswer send(RestRequest request) {
    return rest.send(request.method(), request.path(), request.body());
  }

  private static DynamicMessage parse(Rpc rpc, String json) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(rpc.method().getInputType());
    try {
      JsonFormat.parser().merge(json, message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
    return message.build();
  }
}
