package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Calls of many tenants at fixed times, the first tenant's most often: each has a share that is
 * proportional to one over its rank.
 */
final class Background implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 20;

  private final List<MessagingServiceGrpc.MessagingServiceStub> tenants;
  private final double[] shares;
  private final ManagedChannel channel;
  private final Random random = new Random(1);
  private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
  private volatile boolean stopped;

  Background(List<Target> targets, int perSecond) {
    channel = targets.getFirst().withoutToken().connect();
    tenants =
        targets.stream().map(target -> MessagingServiceGrpc.newStub(target.over(channel))).toList();
    shares = new double[targets.size()];
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      sum += 1.0 / (i + 1);
      shares[i] = sum;
    }
    long gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
    Thread.ofPlatform().name("background").daemon().start(() -> run(gap));
  }

  /** Throws when a call has failed. */
  void check() {
    Status refusal = failure.get();
    if (refusal != null) {
      throw new IllegalStateException("publishing failed: " + refusal);
    }
  }

  @Override
  public void close() {
    stopped = true;
    channel.shutdownNow();
  }

  private void run(long gap) {
    long first = System.nanoTime();
    for (long i = 0; !stopped; i++) {
      long left = first + i * gap - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      }
      call(tenants.get(tenant()), Crowd.OPERATIONS.get(random.nextInt(Crowd.OPERATIONS.size())));
    }
  }

  private int tenant() {
    double point = random.nextDouble() * shares[shares.length - 1];
    int tenant = 0;
    while (shares[tenant] < point) {
      tenant++;
    }
    return tenant;
  }

  private void call(MessagingServiceGrpc.MessagingServiceStub tenant, String operation) {
    tenant
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .publish(
            Treatment.SEALED
                .request()
                .setOperation(operation)
                .setData(Payload.due(System.nanoTime()))
                .build(),
            new StreamObserver<PublishResponse>() {
              @Override
              public void onNext(PublishResponse answer) {}

              @Override
              public void onError(Throwable error) {
                if (!stopped) {
                  failure.set(Status.fromThrowable(error));
                }
              }

              @Override
              public void onCompleted() {}
            });
  }
}
