package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.EchoServiceGrpc.EchoServiceBlockingStub;
import dev.kryonix.gateway.echo.Note;
import dev.kryonix.gateway.echo.UpdateRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service of several replicas, some of which are in trouble. */
@Timeout(300)
final class UpstreamIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<ManagedChannel> channels = new ArrayList<>();

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  @Test
  void callsAreSpreadOverAllReplicasAndPassThoseThatDoNotServe() throws Exception {
    Replica one = new Replica();
    Replica two = new Replica();
    GatewayProcess gateway = before(one.address() + ", " + two.address());
    EchoServiceBlockingStub stub = stub(gateway);
    awaitConnections(gateway, one, two);
    awaitCalls(stub, one, two);

    int first = one.calls.get();
    int second = two.calls.get();
    for (int i = 0; i < 40; i++) {
      once(stub);
    }
    assertThat(one.calls.get() - first).isBetween(15, 25);
    assertThat(two.calls.get() - second).isBetween(15, 25);

    one.serves(false);
    await().atMost(SOON).until(() -> callsOf(one, stub) == 0);
    one.serves(true);
    await().atMost(SOON).until(() -> callsOf(one, stub) > 0);
  }

  @Test
  void noCallIsLostWhenReplicasAreRestartedInTurn() throws Exception {
    Replica one = new Replica();
    Replica two = new Replica();
    GatewayProcess gateway = before(one.address() + "," + two.address());
    awaitConnections(gateway, one, two);

    AtomicInteger served = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      EchoServiceBlockingStub stub = stub(gateway);
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                      try {
                        once(stub);
                        served.incrementAndGet();
                      } catch (StatusRuntimeException e) {
                        if (!Thread.currentThread().isInterrupted()) {
                          failures.add(e);
                        }
                      }
                    }
                  }));
    }
    for (Replica each : List.of(one, two, one, two)) {
      int before = served.get();
      await().atMost(SOON).until(() -> served.get() > before + 100);
      each.stop();
      each.start();
      awaitConnections(gateway, one, two);
    }
    assertThat(failures).isEmpty();
    callers.forEach(Thread::interrupt);
    for (Thread caller : callers) {
      caller.join();
    }
  }

  @Test
  void aCallThatMayBeRepeatedGoesToAnotherReplicaAndNoOtherDoes() throws Exception {
    Replica well = new Replica();
    Replica broken = new Replica();
    broken.is(Replica.Mood.BROKEN);
    GatewayProcess gateway = before(well.address() + "," + broken.address());
    EchoServiceBlockingStub stub = stub(gateway);
    awaitConnections(gateway, well, broken);
    awaitCalls(stub, well, broken);

    int asked = broken.calls.get();
    for (int i = 0; i < 20; i++) {
      stub.update(UpdateRequest.getDefaultInstance());
    }
    assertThat(broken.calls.get()).isGreaterThan(asked);

    int refused = 0;
    int before = well.calls.get() + broken.calls.get();
    for (int i = 0; i < 20; i++) {
      try {
        once(stub);
      } catch (StatusRuntimeException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(5, 15);
    assertThat(well.calls.get() + broken.calls.get() - before).isEqualTo(20);
  }

  @Test
  void aReplicaThatFailsNearlyEverythingIsLeftOutForAWhile() throws Exception {
    Replica well = new Replica();
    Replica broken = new Replica();
    broken.is(Replica.Mood.BROKEN);
    GatewayProcess gateway =
        before(
            well.address() + "," + broken.address(),
            Map.of("kryonix.gateway.upstream.failure-percent", 100));
    EchoServiceBlockingStub stub = stub(gateway);
    awaitConnections(gateway, well, broken);
    awaitCalls(stub, well, broken);

    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              int before = broken.calls.get();
              for (int i = 0; i < 20; i++) {
                try {
                  once(stub);
                } catch (StatusRuntimeException e) {
                  assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                }
              }
              return broken.calls.get() == before;
            });
  }

  @Test
  void withoutAnyReplicaCallersAreRefusedAtOnceAndServedSoonAfterTheReturn() throws Exception {
    Replica only = new Replica();
    GatewayProcess gateway = before(only.address());
    EchoServiceBlockingStub stub = stub(gateway);
    awaitConnections(gateway, only);
    only.kill();

    for (int i = 0; i < 30; i++) {
      long began = System.nanoTime();
      StatusRuntimeException refusal =
          catchThrowableOfType(StatusRuntimeException.class, () -> once(stub));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(retryDelay(refusal)).isBetween(Duration.ofMillis(1), Duration.ofSeconds(2));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    }
    // The breaker counts what fails within some seconds, and those may have taken longer.
    await()
        .untilAsserted(
            () -> {
              assertThatThrownBy(() -> once(stub)).isInstanceOf(StatusRuntimeException.class);
              assertThat(metrics(gateway))
                  .containsPattern("kryonix_gateway_upstream_breaker\\{.*upstream=\"echo\".*} [12]")
                  .containsPattern(
                      "kryonix_gateway_upstream_refused_total\\{.*why=\"open\"} [1-9]");
            });
    assertThat(rest(gateway).headers().firstValue("retry-after")).isPresent();

    only.start();
    await().ignoreExceptions().untilAsserted(() -> once(stub));
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              once(stub);
              assertThat(state(gateway).get("breaker").getAsString()).isEqualTo("CLOSED");
            });
  }

  @Test
  void anAddressThatTakesConnectionsAndNeverSpeaksGetsNoCalls() throws Exception {
    Replica well = new Replica();
    try (ServerSocket hole = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      GatewayProcess gateway =
          before(well.address() + ",127.0.0.1:" + hole.getLocalPort() + ",no-such-host.invalid:1");
      EchoServiceBlockingStub stub = stub(gateway);
      awaitConnections(gateway, well);

      for (int i = 0; i < 50; i++) {
        once(stub.withDeadlineAfter(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void aServiceThatNeverAnswersIsNoLongerAskedButNoCallersOwnDeadlineDoesThat() throws Exception {
    Replica silent = new Replica();
    silent.is(Replica.Mood.SILENT);
    GatewayProcess gateway =
        before(silent.address(), Map.of("kryonix.gateway.unary-deadline", "200ms"));
    EchoServiceBlockingStub stub = stub(gateway);
    awaitConnections(gateway, silent);

    for (int i = 0; i < 40; i++) {
      assertThatThrownBy(() -> once(stub.withDeadlineAfter(20, TimeUnit.MILLISECONDS)))
          .isInstanceOf(StatusRuntimeException.class);
    }
    assertThat(state(gateway).get("breaker").getAsString()).isEqualTo("CLOSED");

    // So many at once that a busy machine, too, ends enough of them within the breaker's window.
    var future = EchoServiceGrpc.newFutureStub(stub.getChannel());
    await()
        .atMost(SOON)
        .until(
            () -> {
              Stream.generate(() -> future.once(Note.getDefaultInstance()))
                  .limit(10)
                  .toList()
                  .forEach(
                      call ->
                          assertThatThrownBy(call::get)
                              .hasCauseInstanceOf(StatusRuntimeException.class));
              return !state(gateway).get("breaker").getAsString().equals("CLOSED");
            });
  }

  @Test
  void overTheBoundOfOpenCallsAServiceGetsNoMore() throws Exception {
    Replica silent = new Replica();
    silent.is(Replica.Mood.SILENT);
    GatewayProcess gateway = before(silent.address(), Map.of("kryonix.gateway.upstream.calls", 3));
    awaitConnections(gateway, silent);
    var future = EchoServiceGrpc.newFutureStub(stub(gateway).getChannel());
    for (int i = 0; i < 3; i++) {
      future.once(Note.getDefaultInstance());
    }
    await().atMost(SOON).until(() -> state(gateway).get("calls").getAsInt() == 3);

    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> once(stub(gateway)));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refusal).hasMessageContaining("all the calls that it may have open");
    assertThat(retryDelay(refusal)).isPositive();
    assertThat(state(gateway).get("calls").getAsInt()).isEqualTo(3);
  }

  private static GatewayProcess before(String addresses) {
    return before(addresses, Map.of());
  }

  private static GatewayProcess before(String addresses, Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("kryonix.services.echo", addresses);
    return GatewayProcess.start(all);
  }

  private EchoServiceBlockingStub stub(GatewayProcess gateway) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", gateway.grpcPort(), InsecureChannelCredentials.create())
            .disableRetry()
            .build();
    channels.add(channel);
    return EchoServiceGrpc.newBlockingStub(channel);
  }

  private static void once(EchoServiceBlockingStub stub) {
    assertThat(stub.once(Note.newBuilder().setNumber(7).build()).getNumber()).isEqualTo(7);
  }

  private static int callsOf(Replica replica, EchoServiceBlockingStub stub) {
    int before = replica.calls.get();
    for (int i = 0; i < 10; i++) {
      once(stub);
    }
    return replica.calls.get() - before;
  }

  /** Each event loop has a connection to each. */
  private static void awaitConnections(GatewayProcess gateway, Replica... replicas) {
    int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
    await()
        .atMost(SOON)
        .until(
            () -> {
              JsonObject connections = state(gateway).getAsJsonObject("connections");
              for (Replica replica : replicas) {
                JsonElement count = connections.get(replica.address());
                if (count == null || count.getAsInt() < loops) {
                  return false;
                }
              }
              return true;
            });
  }

  /** A connection gets calls only once the replica has said over it that it serves. */
  private static void awaitCalls(EchoServiceBlockingStub stub, Replica... replicas) {
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              UpdateRequest unused = stub.update(UpdateRequest.getDefaultInstance());
              return Stream.of(replicas).allMatch(replica -> replica.calls.get() > 0);
            });
  }

  private static Duration retryDelay(StatusRuntimeException refusal) {
    var status = Objects.requireNonNull(StatusProto.fromThrowable(refusal));
    for (var detail : status.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          return Duration.ofNanos(
              Durations.toNanos(detail.unpack(RetryInfo.class).getRetryDelay()));
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    throw new AssertionError("no RetryInfo in " + status);
  }

  private static JsonObject state(GatewayProcess gateway) {
    for (JsonElement each : JsonParser.parseString(page(gateway, "/upstreams")).getAsJsonArray()) {
      if (each.getAsJsonObject().get("upstream").getAsString().equals("echo")) {
        return each.getAsJsonObject();
      }
    }
    throw new AssertionError("no such upstream");
  }

  private static String metrics(GatewayProcess gateway) {
    return page(gateway, "/metrics");
  }

  private static String page(GatewayProcess gateway, String path) {
    return send(HttpRequest.newBuilder(uri(gateway.managementPort(), path))).body();
  }

  private static HttpResponse<String> rest(GatewayProcess gateway) {
    return send(
        HttpRequest.newBuilder(uri(gateway.httpPort(), "/v1/once"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}")));
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
