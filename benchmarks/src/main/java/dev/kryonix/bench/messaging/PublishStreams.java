package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Producers, each with a connection and a publish stream of its own, that keep a window of messages
 * without a result, however they end.
 */
final class PublishStreams implements AutoCloseable {
  /** As PerfTest's {@code --confirm}. */
  static final int WINDOW = 1000;

  private final LongAdder confirmed = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LatencyLog latencies = new LatencyLog();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final PublishRequest template;
  private volatile boolean stopped;

  PublishStreams(Target target, Treatment treatment, int producers) {
    template = treatment.request().build();
    for (int i = 0; i < producers; i++) {
      ManagedChannel channel = target.connect();
      channels.add(channel);
      MessagingServiceGrpc.newStub(channel).publishStream(new Producer());
    }
  }

  /** Messages that were confirmed so far. */
  long confirmed() {
    String reason = failure.get();
    if (reason != null) {
      throw new IllegalStateException("publishing failed: " + reason);
    }
    return confirmed.sum();
  }

  /** The same, whatever else came: what is refused is counted apart. */
  long confirmedSoFar() {
    return confirmed.sum();
  }

  /** Messages that were refused so far. */
  long refused() {
    return refused.sum();
  }

  /** From sending to the result. */
  LatencyLog latencies() {
    return latencies;
  }

  @Override
  public void close() {
    stopped = true;
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** One stream; gRPC calls it from one thread at a time. */
  private final class Producer
      implements ClientResponseObserver<PublishStreamRequest, PublishStreamResponse> {
    /** Room for results that come out of order. */
    private static final int SPAN = 8 * WINDOW;

    private final long[] sent = new long[SPAN];
    private @Nullable ClientCallStreamObserver<PublishStreamRequest> call;
    private long sequence;
    private int window;
    private int outstanding;

    @Override
    public void beforeStart(ClientCallStreamObserver<PublishStreamRequest> opened) {
      call = opened;
      opened.setOnReadyHandler(this::fill);
    }

    @Override
    public void onNext(PublishStreamResponse response) {
      switch (response.getItemCase()) {
        case WINDOW -> window = Math.min(WINDOW, response.getWindow().getMaxMessages());
        case RESULT -> {
          outstanding--;
          if (response.getResult().hasProblem()) {
            failure.set(response.getResult().getProblem().getMessage());
            refused.increment();
          } else {
            confirmed.increment();
            latencies.add(sent[(int) (response.getResult().getSequence() % SPAN)]);
          }
        }
        case THROTTLE -> failure.set("throttled: " + response.getThrottle().getReason());
        case ITEM_NOT_SET -> failure.set("an empty answer");
      }
      fill();
    }

    private void fill() {
      ClientCallStreamObserver<PublishStreamRequest> open = call;
      while (open != null && !stopped && outstanding < window && open.isReady()) {
        long now = System.nanoTime();
        outstanding++;
        sequence++;
        sent[(int) (sequence % SPAN)] = now;
        open.onNext(
            PublishStreamRequest.newBuilder()
                .setSequence(sequence)
                .setMessage(template.toBuilder().setData(Payload.due(now)))
                .build());
      }
    }

    @Override
    public void onError(Throwable error) {
      if (!stopped) {
        failure.set(Status.fromThrowable(error).toString());
      }
    }

    @Override
    public void onCompleted() {
      if (!stopped) {
        failure.set("the stream has ended");
      }
    }
  }
}
