package dev.kryonix.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls at fixed times, whatever becomes of the earlier ones. A call's latency counts from the time
 * it should have been sent, so that a server that stalls cannot hide the calls it held up.
 *
 * @param <Q> what is sent
 * @param <A> what is answered
 */
public final class OpenLoop<Q, A> {
  /** Sleeping is only exact to about this. */
  private static final long SPIN_NANOS = 80_000;

  private static final int PATIENCE_SECONDS = 20;

  private final MethodDescriptor<Q, A> method;
  private final Q request;

  public OpenLoop(MethodDescriptor<Q, A> method, Q request) {
    this.method = method;
    this.request = request;
  }

  public Latencies run(Channel channel, int perSecond, Duration time)
      throws IOException, InterruptedException {
    int calls = (int) (perSecond * time.toMillis() / 1000);
    long[] micros = new long[calls];
    CountDownLatch open = new CountDownLatch(calls);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
    long first = System.nanoTime() + gap;
    for (int i = 0; i < calls; i++) {
      long due = first + i * gap;
      awaitTime(due);
      int index = i;
      ClientCalls.asyncUnaryCall(
          channel.newCall(
              method, CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)),
          request,
          new StreamObserver<A>() {
            @Override
            public void onNext(A answer) {
              micros[index] = (System.nanoTime() - due) / 1000;
            }

            @Override
            public void onError(Throwable error) {
              failure.set(error);
              open.countDown();
            }

            @Override
            public void onCompleted() {
              open.countDown();
            }
          });
    }
    if (!open.await(2L * PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("calls without an answer");
    }
    Throwable error = failure.get();
    if (error != null) {
      throw new IOException("a call failed: " + Status.fromThrowable(error), error);
    }
    return new Latencies(micros);
  }

  private static void awaitTime(long due) {
    long left;
    while ((left = due - System.nanoTime()) > 0) {
      if (left > SPIN_NANOS) {
        LockSupport.parkNanos(left - SPIN_NANOS);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
