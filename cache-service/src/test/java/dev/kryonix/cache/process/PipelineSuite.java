package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.cache.entry.RedisKind;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline over gRPC, on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PipelineSuite {
  private CacheProcess cache;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cache = new CacheProcess(kind(), folder);
  }

  @AfterAll
  void stop() throws Exception {
    cache.stop();
  }

  @Test
  void everyOperationHasOneResultAndThoseOfOneKeyAreInOrder() throws Exception {
    DesiredTenant tenant = cache.tenant("enterprise", 10_000);
    int keys = 50;
    int rounds = 100;
    Client client = new Client(Integer.MAX_VALUE);
    client.open(cache.async(tenant));
    for (int round = 0; round < rounds; round++) {
      for (int key = 0; key < keys; key++) {
        long sequence = 1 + 2L * (round * keys + key);
        client.send(set(sequence, "k" + key, "value " + round));
        client.send(
            PipelineRequest.newBuilder()
                .setSequence(sequence + 1)
                .setGet(CacheProcess.get("k" + key))
                .build());
      }
    }
    client.finish();

    assertThat(client.window).hasValue(1024);
    assertThat(client.results).hasSize(2 * keys * rounds);
    for (int round = 0; round < rounds; round++) {
      for (int key = 0; key < keys; key++) {
        long sequence = 1 + 2L * (round * keys + key);
        assertThat(client.result(sequence).hasSet()).isTrue();
        assertThat(client.result(sequence + 1).getGet().getValue().toStringUtf8())
            .isEqualTo("value " + round);
      }
    }
  }

  @Test
  void incrementsOfOneCounterAreCountedInOrder() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 100);
    Client client = new Client(Integer.MAX_VALUE);
    client.open(cache.async(tenant));
    for (int i = 1; i <= 200; i++) {
      client.send(increment(i, "n"));
    }
    client.finish();

    for (int i = 1; i <= 200; i++) {
      assertThat(client.result(i).getIncrement().getValue()).isEqualTo(i);
    }
  }

  /** Redis answers the sets on a thread of its own, which then sends what has come meanwhile. */
  @Test
  void incrementsAmongOtherOperationsAreMadeForTheCallerOnWhicheverThread() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 1_000);
    Client client = new Client(Integer.MAX_VALUE);
    client.open(cache.async(tenant));
    for (int i = 0; i < 300; i++) {
      client.send(set(2L * i + 1, "s" + i, "v"));
      client.send(increment(2L * i + 2, "n" + i));
    }
    for (int i = 0; i < 100; i++) {
      client.send(get(601 + 2L * i, "n"));
      client.send(increment(602 + 2L * i, "n"));
    }
    client.finish();

    assertThat(client.results.values()).noneMatch(PipelineResponse::hasError);
    assertThat(client.result(800).getIncrement().getValue()).isEqualTo(100);
  }

  @Test
  void whoMayOnlyWriteReadsNothing() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 10);
    cache.blocking(tenant).set(set(1, "secret", "v").getSet());
    Client client = new Client(Integer.MAX_VALUE);
    client.open(cache.async(tenant).withCallCredentials(cache.writer(tenant)));
    client.send(get(1, "secret"));
    client.send(set(2, "other", "v"));
    client.finish();

    assertThat(client.result(1).getError().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(client.result(2).hasSet()).isTrue();
  }

  @Test
  void aFailedOperationDoesNotEndTheStream() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 1);
    Client client = new Client(Integer.MAX_VALUE);
    client.open(cache.async(tenant));
    client.send(set(1, "a", "v"));
    client.send(set(2, "b", "over the quota"));
    // Only operations on one key have an order.
    await().until(() -> client.results.containsKey(2L));
    client.send(
        PipelineRequest.newBuilder()
            .setSequence(3)
            .setSet(SetRequest.newBuilder().setModule("financeiro").setType("temp").setKey("x"))
            .build());
    client.send(PipelineRequest.newBuilder().setSequence(4).build());
    client.send(set(7, "k".repeat(5000), "a key that is too long"));
    client.send(
        PipelineRequest.newBuilder()
            .setSequence(5)
            .setDelete(DeleteRequest.newBuilder().setModule("crm").setType("temp").setKey("a"))
            .build());
    client.send(set(6, "a", "again"));
    client.finish();

    assertThat(client.result(1L).hasSet()).isTrue();
    assertThat(client.result(2L).getError().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(client.result(3L).getError().getCode()).isEqualTo(Code.FAILED_PRECONDITION_VALUE);
    assertThat(client.result(4L).getError().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(client.result(5L).getDelete().getDeleted()).isTrue();
    Status tooLong = client.result(7L).getError();
    assertThat(tooLong.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    // As of a Set by itself.
    assertThat(tooLong.getMessage()).startsWith("key: ");
  }

  @Test
  void aClientThatDoesNotReadIsNotReadFrom() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 10);
    // Long enough that the requests fill the transport's windows too.
    String big = "k".repeat(1000);
    cache.blocking(tenant).set(set(1, big, "x".repeat(50_000)).getSet());
    // One message for the window, then nothing is asked for.
    Client client = new Client(1);
    client.open(cache.async(tenant));
    AtomicInteger sent = new AtomicInteger();
    Thread sender =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 1; i <= 12_000; i++) {
                    client.send(
                        PipelineRequest.newBuilder()
                            .setSequence(i)
                            .setGet(CacheProcess.get(big))
                            .build());
                    sent.incrementAndGet();
                  }
                });

    // It stands still, far from all.
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              int before = sent.get();
              TimeUnit.MILLISECONDS.sleep(200);
              return before == sent.get();
            });
    assertThat(sent.get()).isLessThan(10_000);

    client.readOn();
    assertThat(sender.join(Duration.ofMinutes(3))).as("all is sent").isTrue();
    client.finish();
    assertThat(client.results).hasSize(12_000);
  }

  @Test
  void clientsThatDoNotReadLargeValuesCannotFillTheService() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 10);
    byte[] value = new byte[1_000_000];
    new Random(7).nextBytes(value);
    cache
        .blocking(tenant)
        .set(set(1, "big", "").getSet().toBuilder().setValue(ByteString.copyFrom(value)).build());
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Client client = new Client(1);
      client.open(cache.async(tenant));
      clients.add(client);
    }
    // Ten times 100 MB wait for somebody who reads.
    for (Client client : clients) {
      for (int i = 1; i <= 100; i++) {
        client.call().onNext(get(i, "big"));
      }
    }

    CacheServiceGrpc.CacheServiceBlockingStub other = cache.blocking(cache.tenant("basic", 10));
    for (int i = 0; i < 200; i++) {
      other.set(set(1, "k" + i % 10, "v").getSet());
      assertThat(other.get(CacheProcess.get("k" + i % 10)).getHit()).isTrue();
    }

    for (Client client : clients) {
      client.readOn();
      client.finish();
      assertThat(client.results).hasSize(100);
      assertThat(client.results.values())
          .allMatch(
              result ->
                  result.getGet().getHit()
                      || result.getError().getCode() == Code.RESOURCE_EXHAUSTED_VALUE);
    }
  }

  private static PipelineRequest increment(long sequence, String key) {
    return PipelineRequest.newBuilder()
        .setSequence(sequence)
        .setIncrement(
            IncrementRequest.newBuilder().setModule("crm").setType("temp").setKey(key).setDelta(1))
        .build();
  }

  private static PipelineRequest get(long sequence, String key) {
    return PipelineRequest.newBuilder().setSequence(sequence).setGet(CacheProcess.get(key)).build();
  }

  private static PipelineRequest set(long sequence, String key, String value) {
    return PipelineRequest.newBuilder()
        .setSequence(sequence)
        .setSet(
            SetRequest.newBuilder()
                .setModule("crm")
                .setType("temp")
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(value)))
        .build();
  }

  /**
   * A client that sends while the transport takes more, and reads as many answers as it is told.
   */
  private static final class Client
      implements ClientResponseObserver<PipelineRequest, PipelineResponse> {
    final Map<Long, PipelineResponse> results = new ConcurrentHashMap<>();
    final AtomicInteger window = new AtomicInteger();
    private final int first;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Object ready = new Object();
    private volatile String failure = "";
    private @Nullable ClientCallStreamObserver<PipelineRequest> call;

    Client(int first) {
      this.first = first;
    }

    void open(CacheServiceGrpc.CacheServiceStub stub) {
      stub.pipeline(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PipelineRequest> started) {
      call = started;
      started.disableAutoRequestWithInitial(first);
      started.setOnReadyHandler(
          () -> {
            synchronized (ready) {
              ready.notifyAll();
            }
          });
    }

    PipelineResponse result(long sequence) {
      return Objects.requireNonNull(results.get(sequence), "no result " + sequence);
    }

    private ClientCallStreamObserver<PipelineRequest> call() {
      return Objects.requireNonNull(call);
    }

    void send(PipelineRequest request) {
      synchronized (ready) {
        while (!call().isReady() && done.getCount() > 0) {
          try {
            ready.wait(1000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
          }
        }
        call().onNext(request);
      }
    }

    void readOn() {
      call().request(Integer.MAX_VALUE);
    }

    void finish() throws InterruptedException {
      call().onCompleted();
      assertThat(done.await(60, TimeUnit.SECONDS)).as("the stream ends").isTrue();
      assertThat(failure).isEmpty();
    }

    @Override
    public void onNext(PipelineResponse response) {
      if (response.hasWindow()) {
        window.set(response.getWindow());
      } else {
        assertThat(results.put(response.getSequence(), withoutLargeValue(response))).isNull();
      }
    }

    /** Thousands of large values would not fit into the memory of the tests. */
    private static PipelineResponse withoutLargeValue(PipelineResponse response) {
      return response.getGet().getValue().size() < 1_000
          ? response
          : response.toBuilder().setGet(response.getGet().toBuilder().clearValue()).build();
    }

    @Override
    public void onError(Throwable error) {
      failure = error.toString();
      done.countDown();
    }

    @Override
    public void onCompleted() {
      done.countDown();
    }
  }
}
