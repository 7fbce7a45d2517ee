package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.SetResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RefusableCallTest {
  private final List<String> wire = new ArrayList<>();
  private final ServerStreamTracer tracer =
      MessageMemory.factory(new RequestMemory("The test", 100_000), MessageMemory.Until.READ)
          .newServerStreamTracer("kryonix.cache.v1.CacheService/Set", new Metadata());

  @Test
  void whatComesAfterARefusalForItsMessageIsNotSent() throws Exception {
    RefusableCall<SetRequest, SetResponse> call =
        tracer.filterContext(Context.ROOT).call(() -> RefusableCall.of(new OnWire()));

    assertThatThrownBy(() -> tracer.inboundWireSize(200_000)).hasMessageContaining("UNAVAILABLE");
    call.sendHeaders(new Metadata());
    call.sendMessage(SetResponse.getDefaultInstance());
    call.close(Status.OK, new Metadata());

    assertThat(wire).containsExactly("UNAVAILABLE with details");
  }

  @Test
  void aCallThatHasEndedIsNotRefused() throws Exception {
    RefusableCall<SetRequest, SetResponse> call =
        tracer.filterContext(Context.ROOT).call(() -> RefusableCall.of(new OnWire()));
    call.sendHeaders(new Metadata());
    call.close(Status.OK, new Metadata());

    assertThatThrownBy(() -> tracer.inboundWireSize(200_000)).hasMessageContaining("UNAVAILABLE");

    assertThat(wire).containsExactly("headers", "OK");
  }

  @Test
  void aCallOfAServerThatChargesNothingIsLeftAsItIs() {
    RefusableCall<SetRequest, SetResponse> call = RefusableCall.of(new OnWire());

    call.sendHeaders(new Metadata());
    call.sendMessage(SetResponse.getDefaultInstance());

    assertThat(wire).containsExactly("headers", "message");
  }

  private final class OnWire extends ServerCall<SetRequest, SetResponse> {
    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {
      wire.add("headers");
    }

    @Override
    public void sendMessage(SetResponse message) {
      wire.add("message");
    }

    @Override
    public void close(Status status, Metadata trailers) {
      wire.add(status.getCode() + (trailers.keys().isEmpty() ? "" : " with details"));
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<SetRequest, SetResponse> getMethodDescriptor() {
      return CacheServiceGrpc.getSetMethod();
    }
  }
}
