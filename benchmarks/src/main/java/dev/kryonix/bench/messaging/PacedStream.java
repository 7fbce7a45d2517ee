package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One publish stream that sends at fixed times. What cannot be sent then, because the window is
 * full, is sent later and keeps the time at which it was due, so that a stall does not hide itself.
 */
final class PacedStream implements AutoCloseable {
  /** Each waking up takes from the two cores that all share. */
  private static final long NAP_NANOS = 250_000;

  private final AtomicInteger outstanding = new AtomicInteger();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final ManagedChannel channel;
  private final ClientCallStreamObserver<PublishStreamRequest> call;
  private final PublishRequest template;
  private long sequence;

  PacedStream(Target target, Treatment treatment) {
    channel = target.connect();
    template = treatment.request().build();
    call =
        (ClientCallStreamObserver<PublishStreamRequest>)
            MessagingServiceGrpc.newStub(channel).publishStream(new Results());
  }

  /** Sends so many a second for so long, and waits for their results. */
  void run(double perSecond, Duration time) {
    long gap = (long) (1e9 / perSecond);
    long first = System.nanoTime();
    long messages = time.toNanos() / gap;
    for (long i = 0; i < messages; i++) {
      long due = first + i * gap;
      await(due);
      sequence++;
      outstanding.incrementAndGet();
      call.onNext(
          PublishStreamRequest.newBuilder()
              .setSequence(sequence)
              .setMessage(template.toBuilder().setData(Payload.due(due)))
              .build());
    }
    while (outstanding.get() > 0) {
      check();
      LockSupport.parkNanos(NAP_NANOS);
    }
  }

  private void await(long due) {
    while (System.nanoTime() < due
        || outstanding.get() >= PublishStreams.WINDOW
        || !call.isReady()) {
      check();
      LockSupport.parkNanos(NAP_NANOS);
    }
  }

  private void check() {
    String reason = failure.get();
    if (reason != null) {
      throw new IllegalStateException("publishing failed: " + reason);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Results
      implements ClientResponseObserver<PublishStreamRequest, PublishStreamResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<PublishStreamRequest> opened) {}

    @Override
    public void onNext(PublishStreamResponse response) {
      if (response.hasResult()) {
        if (response.getResult().hasProblem()) {
          failure.set(response.getResult().getProblem().getMessage());
        }
        outstanding.decrementAndGet();
      }
    }

    @Override
    public void onError(Throwable error) {
      failure.set(Status.fromThrowable(error).toString());
    }

    @Override
    public void onCompleted() {
      failure.set("the stream has ended");
    }
  }
}
