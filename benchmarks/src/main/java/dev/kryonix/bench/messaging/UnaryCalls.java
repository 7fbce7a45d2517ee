package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Callers of Publish, each of whom waits for its answer before it calls again. */
final class UnaryCalls implements AutoCloseable {
  private final LongAdder confirmed = new LongAdder();
  private final LatencyLog latencies = new LatencyLog();
  private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
  private final ManagedChannel channel;
  private final MessagingServiceGrpc.MessagingServiceStub service;
  private final PublishRequest template;
  private volatile boolean stopped;

  UnaryCalls(Target target, Treatment treatment, int callers) {
    channel = target.connect();
    service = MessagingServiceGrpc.newStub(channel);
    template = treatment.request().build();
    for (int i = 0; i < callers; i++) {
      call();
    }
  }

  long confirmed() {
    Status refusal = failure.get();
    if (refusal != null) {
      throw new IllegalStateException("publishing failed: " + refusal);
    }
    return confirmed.sum();
  }

  LatencyLog latencies() {
    return latencies;
  }

  @Override
  public void close() {
    stopped = true;
    channel.shutdownNow();
  }

  private void call() {
    long began = System.nanoTime();
    service.publish(
        template.toBuilder().setData(Payload.due(began)).build(),
        new StreamObserver<PublishResponse>() {
          @Override
          public void onNext(PublishResponse answer) {
            confirmed.increment();
            latencies.add(began);
          }

          @Override
          public void onError(Throwable error) {
            if (!stopped) {
              failure.set(Status.fromThrowable(error));
            }
          }

          @Override
          public void onCompleted() {
            if (!stopped) {
              call();
            }
          }
        });
  }
}
