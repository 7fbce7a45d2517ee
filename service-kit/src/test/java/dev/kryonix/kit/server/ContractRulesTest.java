package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.Values;
import com.google.rpc.BadRequest;
import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.messaging.v1.DeadLetterFilter;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListScheduledRequest;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractRulesTest {
  private final ContractRules rules = new ContractRules();

  @Test
  void aTimeThatOverflowsIsTheCallersFault() {
    SetRequest request =
        SetRequest.newBuilder()
            .setModule("crm")
            .setType("temp")
            .setKey("ana")
            .setTtl(Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(1_000_000_000))
            .build();

    assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> rules.require(request))
        .extracting(ServiceException::code)
        .isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void aTextWithTheCharacterZeroIsRefusedWhereverItStands() {
    String zero = "a\u0000b";
    PublishRequest good =
        PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build();

    assertThat(fields(good.toBuilder().setRequestId(zero).build())).containsExactly("request_id");
    assertThat(fields(good.toBuilder().putAttributes("origin", zero).build()))
        .containsExactly("attributes[\"origin\"]");
    assertThat(fields(good.toBuilder().putAttributes(zero, "origin").build()))
        .containsExactly("attributes");
    assertThat(
            fields(
                PublishStreamRequest.newBuilder()
                    .setSequence(1)
                    .setMessage(good.toBuilder().setOrderingKey(zero))
                    .build()))
        .containsExactly("message.ordering_key");
    // Fields without rules of their own.
    assertThat(fields(ListScheduledRequest.newBuilder().setModule(zero).build()))
        .containsExactly("module");
    assertThat(
            fields(
                ListDeadLettersRequest.newBuilder()
                    .setFilter(DeadLetterFilter.newBuilder().setModule("crm").setFingerprint(zero))
                    .build()))
        .containsExactly("filter.fingerprint");
  }

  @Test
  void whatHasNoJsonFormIsRefused() {
    PublishRequest good =
        PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build();
    Value infinite = Value.newBuilder().setNumberValue(Double.POSITIVE_INFINITY).build();

    assertThat(fields(good.toBuilder().setJson(infinite).build())).containsExactly("json");
    assertThat(fields(good.toBuilder().setJson(Value.getDefaultInstance()).build()))
        .containsExactly("json");
    assertThat(fields(good.toBuilder().setJson(Values.of(List.of(Values.of(1), infinite))).build()))
        .containsExactly("json");
    assertThat(
            fields(
                good.toBuilder()
                    .setDeliverAt(Timestamp.newBuilder().setSeconds(1_000_000_000_000_000L))
                    .build()))
        .containsExactly("deliver_at");
    assertThat(
            fields(
                good.toBuilder().setTtl(Duration.newBuilder().setSeconds(5).setNanos(-5)).build()))
        .containsExactly("ttl");
    assertThat(
            fields(
                Document.newBuilder()
                    .setId("a")
                    .setFields(Struct.newBuilder().putFields("n", infinite))
                    .build()))
        .containsExactly("fields");

    rules.require(good.toBuilder().setJson(Values.of(List.of(Values.of(1)))).build());
  }

  @Test
  void aPayloadMayHaveTheCharacterZero() {
    PublishRequest good =
        PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build();

    rules.require(good.toBuilder().setData(ByteString.copyFromUtf8("a\u0000b")).build());
    rules.require(good.toBuilder().setJson(Value.newBuilder().setStringValue("a\u0000b")).build());
  }

  /** The fields that are named as wrong. */
  private List<String> fields(Message bad) {
    return assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> rules.require(bad))
        .actual()
        .toStatus()
        .getDetailsList()
        .stream()
        .filter(detail -> detail.is(BadRequest.class))
        .map(
            detail -> {
              try {
                return detail.unpack(BadRequest.class);
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .flatMap(refusal -> refusal.getFieldViolationsList().stream())
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }
}
