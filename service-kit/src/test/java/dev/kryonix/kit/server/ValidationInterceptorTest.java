package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import com.google.rpc.BadRequest;
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

class ValidationInterceptorTest {
  private final ValidationInterceptor interceptor = new ValidationInterceptor();

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
        .isThrownBy(() -> interceptor.validate(request))
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
  void aPayloadMayHaveTheCharacterZero() {
    PublishRequest good =
        PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build();

    interceptor.validate(good.toBuilder().setData(ByteString.copyFromUtf8("a\u0000b")).build());
    interceptor.validate(
        good.toBuilder().setJson(Value.newBuilder().setStringValue("a\u0000b")).build());
  }

  /** The fields that are named as wrong. */
  private List<String> fields(Message bad) {
    return assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> interceptor.validate(bad))
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
