package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.Ack;
import dev.kryonix.api.messaging.v1.FlowLimits;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.SubscribeStart;
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
 * Consumers, each with a connection and a subscription of its own, that acknowledge whatever they
 * get. A message counts when the service has said that its acknowledgement is done.
 */
final class Subscriptions implements AutoCloseable {
  /** As PerfTest's {@code --qos}. */
  static final int OUTSTANDING = 300;

  private final LongAdder done = new LongAdder();
  private final LatencyLog latencies = new LatencyLog();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private volatile boolean stopped;

  Subscriptions(Target target, int consumers) {
    for (int i = 0; i < consumers; i++) {
      ManagedChannel channel = target.connect();
      channels.add(channel);
      MessagingServiceGrpc.newStub(channel).subscribe(new Consumer());
    }
  }

  /** Messages that were acknowledged so far. */
  long done() {
    String reason = failure.get();
    if (reason != null) {
      throw new IllegalStateException("subscribing failed: " + reason);
    }
    return done.sum();
  }

  /** From when a message was due to its delivery. */
  LatencyLog latencies() {
    return latencies;
  }

  @Override
  public void close() {
    stopped = true;
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** One stream; gRPC calls it from one thread at a time. */
  private final class Consumer
      implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {
    private final List<String> tokens = new ArrayList<>();
    private @Nullable ClientCallStreamObserver<SubscribeRequest> call;
    private boolean acknowledging;

    @Override
    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> opened) {
      call = opened;
      opened.setOnReadyHandler(new Start(opened));
    }

    @Override
    public void onNext(SubscribeResponse response) {
      switch (response.getItemCase()) {
        case DELIVERY -> {
          latencies.add(Payload.due(response.getDelivery().getMessage().getData()));
          tokens.add(response.getDelivery().getAckToken());
        }
        case RESULTS -> {
          acknowledging = false;
          response
              .getResults()
              .getResultsList()
              .forEach(
                  result -> {
                    if (result.getOutcome() != SettlementOutcome.SETTLEMENT_OUTCOME_OK) {
                      failure.set(result.getDetail());
                    }
                  });
          done.add(response.getResults().getResultsCount());
        }
        case THROTTLE -> failure.set("throttled: " + response.getThrottle().getReason());
        case STARTED, KEEP_ALIVE, ITEM_NOT_SET -> {}
      }
      acknowledge();
    }

    /** All that have come while the acknowledgements before were on their way. */
    private void acknowledge() {
      ClientCallStreamObserver<SubscribeRequest> open = call;
      if (open != null && !acknowledging && !tokens.isEmpty() && !stopped) {
        acknowledging = true;
        open.onNext(
            SubscribeRequest.newBuilder().setAck(Ack.newBuilder().addAllAckTokens(tokens)).build());
        tokens.clear();
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

  /** Says what to receive, once, as soon as the stream can take it. */
  private static final class Start implements Runnable {
    private final ClientCallStreamObserver<SubscribeRequest> call;
    private boolean said;

    Start(ClientCallStreamObserver<SubscribeRequest> call) {
      this.call = call;
    }

    @Override
    public void run() {
      if (!said) {
        said = true;
        call.onNext(
            SubscribeRequest.newBuilder()
                .setStart(
                    SubscribeStart.newBuilder()
                        .addSources(Tenants.QUEUE)
                        .setFlowLimits(FlowLimits.newBuilder().setMaxMessages(OUTSTANDING)))
                .build());
      }
    }
  }
}
