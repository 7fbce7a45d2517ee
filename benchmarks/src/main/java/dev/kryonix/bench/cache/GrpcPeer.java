package dev.kryonix.bench.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UnsafeByteOperations;
import dev.kryonix.api.cache.v1.BatchGetRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The platform's cache over gRPC, straight or through the gateway, as a tenant's program. */
final class GrpcPeer implements Peer {
  private static final String MODULE = "crm";
  private static final String TYPE = "temp";
  private static final int PATIENCE_SECONDS = 20;
  private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  private final ManagedChannel connection;
  private final CacheServiceGrpc.CacheServiceBlockingStub calls;
  private final CacheServiceGrpc.CacheServiceStub streams;

  GrpcPeer(int port, Supplier<String> token) {
    connection =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            // Nothing here blocks, and a change of threads would be counted as latency.
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    Channel channel = ClientInterceptors.intercept(connection, Bearer.of(token));
    calls = CacheServiceGrpc.newBlockingStub(channel);
    streams = CacheServiceGrpc.newStub(channel);
  }

  @Override
  public byte @Nullable [] get(String key) {
    GetResponse answer =
        calls.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS).get(getOf(key));
    return answer.getHit() ? answer.getValue().toByteArray() : null;
  }

  @Override
  public void set(String key, byte[] value) {
    Object unused =
        calls
            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .set(setOf(key, UnsafeByteOperations.unsafeWrap(value)));
  }

  @Override
  public int getAll(List<String> keys) {
    BatchGetRequest.Builder request = BatchGetRequest.newBuilder();
    keys.forEach(
        key ->
            request.addAddresses(
                EntryAddress.newBuilder().setModule(MODULE).setType(TYPE).setKey(key)));
    return (int)
        calls
            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .batchGet(request.build())
            .getResultsList()
            .stream()
            .filter(GetResponse::getHit)
            .count();
  }

  @Override
  public void setAll(List<String> keys, byte[] value) throws InterruptedException {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(value);
    Stream stream = new Stream();
    for (String key : keys) {
      stream.send(n -> PipelineRequest.newBuilder().setSequence(n).setSet(setOf(key, bytes)));
    }
    if (stream.finish() != keys.size()) {
      throw new IllegalStateException("not all entries were written");
    }
  }

  @Override
  public long pipeline(Operation operation, int size, java.time.Duration time)
      throws InterruptedException {
    ByteString value = UnsafeByteOperations.unsafeWrap(Values.of(size));
    Stream stream = new Stream();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      String key = Values.anyKey(size);
      stream.send(
          n ->
              switch (operation) {
                case GET -> PipelineRequest.newBuilder().setSequence(n).setGet(getOf(key));
                case SET -> PipelineRequest.newBuilder().setSequence(n).setSet(setOf(key, value));
              });
    }
    return stream.finish();
  }

  @Override
  public void close() {
    connection.shutdownNow();
  }

  private static GetRequest getOf(String key) {
    return GetRequest.newBuilder().setModule(MODULE).setType(TYPE).setKey(key).build();
  }

  private static SetRequest setOf(String key, ByteString value) {
    return SetRequest.newBuilder()
        .setModule(MODULE)
        .setType(TYPE)
        .setKey(key)
        .setValue(value)
        .setTtl(Duration.newBuilder().setSeconds(Values.TTL_SECONDS))
        .build();
  }

  /** One Pipeline stream; every operation must succeed, and a read must find its value. */
  private final class Stream implements StreamObserver<PipelineResponse> {
    private final Semaphore room = new Semaphore(0);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong answered = new AtomicLong();
    private final StreamObserver<PipelineRequest> requests = streams.pipeline(this);
    private int sequence;

    void send(IntFunction<PipelineRequest.Builder> operation) throws InterruptedException {
      if (!room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS) || failure.get() != null) {
        throw new IllegalStateException("the pipeline does not go on", failure.get());
      }
      requests.onNext(operation.apply(++sequence).build());
    }

    /** Ends the stream when all is answered; says how many. */
    long finish() throws InterruptedException {
      requests.onCompleted();
      if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || failure.get() != null) {
        throw new IllegalStateException("the pipeline does not end", failure.get());
      }
      return answered.get();
    }

    @Override
    public void onNext(PipelineResponse answer) {
      switch (answer.getResultCase()) {
        case GET -> require(answer.getGet().getHit(), answer);
        case SET -> {}
        case WINDOW -> {
          room.release(Math.min(WINDOW, answer.getWindow()));
          return;
        }
        case ERROR, DELETE, TOUCH, INCREMENT, RESULT_NOT_SET -> require(false, answer);
      }
      answered.incrementAndGet();
      room.release();
    }

    private void require(boolean right, PipelineResponse answer) {
      if (!right) {
        failure.compareAndSet(null, new IllegalStateException("answered: " + answer));
      }
    }

    @Override
    public void onError(Throwable error) {
      failure.compareAndSet(null, error);
      room.release(WINDOW);
      over.countDown();
    }

    @Override
    public void onCompleted() {
      over.countDown();
    }
  }
}
