package dev.kryonix.tenant.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A caller with a token, and what it is refused with. */
final class Caller {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Channel channel;
  private final String token;

  private Caller(Channel channel, String token) {
    this.channel = channel;
    this.token = token;
  }

  /** A caller that has exchanged the key for a token. */
  static Caller with(Channel channel, String apiKey) {
    return withToken(
        channel,
        AccessServiceGrpc.newBlockingStub(channel)
            .issueToken(IssueTokenRequest.newBuilder().setApiKey(apiKey).build())
            .getToken());
  }

  static Caller withToken(Channel channel, String token) {
    return new Caller(channel, token);
  }

  TenantServiceGrpc.TenantServiceBlockingStub tenants() {
    return TenantServiceGrpc.newBlockingStub(channel).withCallCredentials(new Bearer());
  }

  AccessServiceGrpc.AccessServiceBlockingStub access() {
    return AccessServiceGrpc.newBlockingStub(channel).withCallCredentials(new Bearer());
  }

  AuditServiceGrpc.AuditServiceBlockingStub audit() {
    return AuditServiceGrpc.newBlockingStub(channel).withCallCredentials(new Bearer());
  }

  /** Runs the call, which is refused. */
  static Refusal refusal(ThrowingCallable call) {
    StatusRuntimeException thrown =
        Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).as("the call is refused").isNotNull();
    Metadata trailers = thrown.getTrailers();
    com.google.rpc.Status details =
        Optional.ofNullable(trailers)
            .map(each -> each.get(WireErrors.DETAILS))
            .orElseThrow(() -> new AssertionError(thrown.getStatus() + " has no details"));
    return new Refusal(thrown.getStatus().getCode(), reason(details), fields(details));
  }

  /** What a call was refused with. */
  record Refusal(Code code, String reason, List<String> fields) {}

  private static String reason(com.google.rpc.Status details) {
    return details.getDetailsList().stream()
        .filter(any -> any.is(ErrorInfo.class))
        .map(any -> unpack(any, ErrorInfo.class).getReason())
        .findFirst()
        .orElse("");
  }

  private static List<String> fields(com.google.rpc.Status details) {
    return details.getDetailsList().stream()
        .filter(any -> any.is(BadRequest.class))
        .flatMap(any -> unpack(any, BadRequest.class).getFieldViolationsList().stream())
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }

  private static <T extends com.google.protobuf.Message> T unpack(
      com.google.protobuf.Any any, Class<T> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Bearer extends CallCredentials {
    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      Metadata headers = new Metadata();
      headers.put(AUTHORIZATION, "Bearer " + token);
      applier.apply(headers);
    }
  }
}
