package dev.kryonix.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.kit.streams.LoopbackServer;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A service that calls another: real servers and channels with the interceptors around them. */
final class HopsTest {
  private static final String RPC = "kryonix.tenant.v1.AccessService/GetJwks";

  private final RecordedSpans spans = new RecordedSpans();
  private final Tracing tracing = spans.tracing(Sampler.parentBased(Sampler.alwaysOn()), true);
  private final List<CallTrace> seen = new CopyOnWriteArrayList<>();
  private final List<LoopbackServer> servers = new ArrayList<>();

  @AfterEach
  void stop() {
    servers.forEach(LoopbackServer::close);
  }

  @Test
  void aCallWithinACallIsItsChildOnBothSides() throws Exception {
    Channel front = twoHops();

    call(front);

    await().until(() -> spans.ended().size() == 3);
    SpanData made = spans.one(RPC, SpanKind.CLIENT);
    SpanData first = span(made.getParentSpanId());
    SpanData second =
        spans.ended().stream()
            .filter(each -> each.getParentSpanId().equals(made.getSpanId()))
            .findFirst()
            .orElseThrow();
    assertThat(first.getParentSpanContext().isValid()).isFalse();
    assertThat(first.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(second.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(spans.ended()).allMatch(each -> each.getTraceId().equals(first.getTraceId()));
    assertThat(first.getAttributes().toString())
        .contains("rpc.system=grpc")
        .contains("rpc.service=kryonix.tenant.v1.AccessService")
        .contains("rpc.method=GetJwks")
        .contains("rpc.grpc.status_code=0");
    assertThat(made.getAttributes().toString()).contains("server.address=127.0.0.1");
  }

  @Test
  void theStateOfTheTraceGoesAlongWhetherSampledOrNot() throws Exception {
    Channel front = twoHops();
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    Metadata headers = new Metadata();
    headers.put(TraceParent.HEADER, parent);
    headers.put(TraceState.HEADER, "vendor=opaque");

    call(ClientInterceptors.intercept(front, MetadataUtils.newAttachHeadersInterceptor(headers)));

    assertThat(seen).hasSize(2);
    assertThat(seen).extracting(CallTrace::parent).containsOnly(parent);
    assertThat(seen).extracting(CallTrace::state).containsOnly("vendor=opaque");
    assertThat(seen.getFirst().headers())
        .containsEntry("traceparent", parent)
        .containsEntry("tracestate", "vendor=opaque");
    assertThat(spans.ended()).isEmpty();
  }

  @Test
  void aFailureIsAnErrorWithoutItsWords() throws Exception {
    Channel broken =
        serve(
            answer ->
                answer.onError(
                    Status.INTERNAL
                        .withDescription("secret words")
                        .withCause(new IllegalStateException("secret cause"))
                        .asRuntimeException()));

    assertThatThrownBy(() -> call(broken)).isInstanceOf(StatusRuntimeException.class);

    await().until(() -> spans.ended().size() == 1);
    SpanData span = spans.one(RPC, SpanKind.SERVER);
    assertThat(span.getStatus()).isEqualTo(StatusData.error());
    assertThat(span.getAttributes().toString()).contains("rpc.grpc.status_code=13");
    assertThat(span.getEvents()).isEmpty();
    assertThat(span.toString()).doesNotContain("secret");
  }

  @Test
  void aCallThatItsCallerLeavesEnds() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Channel slow =
        serve(
            answer -> {
              ((ServerCallStreamObserver<GetJwksResponse>) answer).setOnCancelHandler(() -> {});
              begun.countDown();
            });
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(
        () ->
            AccessServiceGrpc.newStub(slow)
                .getJwks(GetJwksRequest.getDefaultInstance(), new Silent<>()));

    begun.await();
    context.cancel(null);

    await().until(() -> spans.ended().size() == 1);
    assertThat(spans.one(RPC, SpanKind.SERVER).getAttributes().toString())
        .contains("rpc.grpc.status_code=1");
  }

  @Test
  void healthIsNobodysTrace() throws Exception {
    Channel channel = channel(new HealthStatusManager().getHealthService());

    HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());

    assertThat(spans.ended()).isEmpty();
  }

  /** A server that calls another for each call. */
  private Channel twoHops() throws Exception {
    Channel behind = serve(HopsTest::answer);
    return serve(
        answer -> {
          call(ClientInterceptors.intercept(behind, tracing.clientInterceptor()));
          answer(answer);
        });
  }

  private SpanData span(String id) {
    return spans.ended().stream()
        .filter(each -> each.getSpanId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private Channel serve(Consumer<StreamObserver<GetJwksResponse>> work) throws Exception {
    return channel(
        new AccessServiceGrpc.AccessServiceImplBase() {
          @Override
          public void getJwks(GetJwksRequest request, StreamObserver<GetJwksResponse> answer) {
            seen.add(CallTrace.current());
            work.accept(answer);
          }
        });
  }

  private Channel channel(BindableService service) throws Exception {
    LoopbackServer server =
        new LoopbackServer(
            () -> ServerInterceptors.intercept(service, tracing.serverInterceptor()));
    servers.add(server);
    return server.channel();
  }

  private static void call(Channel channel) {
    var unused =
        AccessServiceGrpc.newBlockingStub(channel).getJwks(GetJwksRequest.getDefaultInstance());
  }

  private static void answer(StreamObserver<GetJwksResponse> answer) {
    answer.onNext(GetJwksResponse.getDefaultInstance());
    answer.onCompleted();
  }

  private static final class Silent<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }
}
