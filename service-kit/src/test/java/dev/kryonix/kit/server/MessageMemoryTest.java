package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.SetResponse;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MessageMemoryTest {
  private static final int KIB = 1024;

  private final ServerStreamTracer.Factory calls =
      MessageMemory.factory(new RequestMemory("The test", 1000 * KIB), MessageMemory.Until.ENDED);

  @Test
  void manyUnfinishedMessagesAreRefusedAndRoomComesBackAsTheyAreRead() {
    ServerStreamTracer one = call();
    ServerStreamTracer other = call();
    one.inboundWireSize(600 * KIB);
    assertRefused(other, 600 * KIB);

    one.inboundMessageRead(0, 600 * KIB, 600 * KIB);

    other.inboundWireSize(600 * KIB);
    other.streamClosed(Status.CANCELLED);
    assertThatNoException().isThrownBy(() -> call().inboundWireSize(1000 * KIB));
  }

  @Test
  void theOnlyMessageOfACallKeepsItsRoomUntilTheCallHasEnded() {
    ServerStreamTracer one = call();
    one.serverCallStarted(
        new ServerStreamTracer.ServerCallInfo<SetRequest, SetResponse>() {
          @Override
          public MethodDescriptor<SetRequest, SetResponse> getMethodDescriptor() {
            return CacheServiceGrpc.getSetMethod();
          }

          @Override
          public Attributes getAttributes() {
            return Attributes.EMPTY;
          }

          @Override
          public @Nullable String getAuthority() {
            return null;
          }
        });
    one.inboundWireSize(600 * KIB);
    one.inboundMessageRead(0, 600 * KIB, 600 * KIB);
    assertRefused(call(), 600 * KIB);

    one.streamClosed(Status.OK);

    call().inboundWireSize(600 * KIB);
  }

  @Test
  void smallMessagesAreFree() {
    for (int i = 0; i < 1000; i++) {
      call().inboundWireSize(60 * KIB);
    }
    call().inboundWireSize(1000 * KIB);
  }

  private ServerStreamTracer call() {
    return calls.newServerStreamTracer("kryonix.cache.v1.CacheService/Set", new Metadata());
  }

  private static void assertRefused(ServerStreamTracer call, long bytes) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> call.inboundWireSize(bytes))
        .satisfies(
            refusal ->
                assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }
}
