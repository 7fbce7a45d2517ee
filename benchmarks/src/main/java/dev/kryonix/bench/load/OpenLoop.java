package dev.kryonix.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls at fixed times, whatever becomes of the earlier ones. A call's latency counts from the time
 * it should have been sent, so that a server that stalls cannot hide the calls it held up. A call
 * that is refused because there is too much is made again, as RetryInfo asks of every client; its
 * latency goes on counting.
 *
 * @param <Q> what is sent
 * @param <A> what is answered
 */
public final class OpenLoop<Q, A> {
  /** Sleeping is only exact to about this. */
  private static final long SPIN_NANOS = 80_000;

  private static final int PATIENCE_SECONDS = 20;

  /** What the RetryInfo of a publish asks for that finds too many before it. */
  private static final int PAUSE_MILLIS = 1000;

  private final MethodDescriptor<Q, A> method;
  private final Q request;
  private final long spinNanos;

  public OpenLoop(MethodDescriptor<Q, A> method, Q request) {
    this(method, request, SPIN_NANOS);
  }

  private OpenLoop(MethodDescriptor<Q, A> method, Q request, long spinNanos) {
    this.method = method;
    this.request = request;
    this.spinNanos = spinNanos;
  }

  /**
   * One that only sleeps until a call is due, and so is about a tenth of a millisecond late, which
   * counts: at thousands of calls a second, spinning would take half a core from those who answer.
   */
  public static <Q, A> OpenLoop<Q, A> sleeping(MethodDescriptor<Q, A> method, Q request) {
    return new OpenLoop<>(method, request, 0);
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
      new Call(channel, due, i, micros, open, failure).send();
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

  /** One call, however often it has to be made. */
  private final class Call implements StreamObserver<A> {
    private final Channel channel;
    private final long due;
    private final int index;
    private final long[] micros;
    private final CountDownLatch open;
    private final AtomicReference<Throwable> failure;

    Call(
        Channel channel,
        long due,
        int index,
        long[] micros,
        CountDownLatch open,
        AtomicReference<Throwable> failure) {
      this.channel = channel;
      this.due = due;
      this.index = index;
      this.micros = micros;
      this.open = open;
      this.failure = failure;
    }

    void send() {
      ClientCalls.asyncUnaryCall(
          channel.newCall(
              method, CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)),
          request,
          this);
    }

    @Override
    public void onNext(A answer) {
      micros[index] = (System.nanoTime() - due) / 1000;
    }

    @Override
    public void onError(Throwable error) {
      boolean tooMuch = Status.fromThrowable(error).getCode() == Status.Code.RESOURCE_EXHAUSTED;
      if (tooMuch && System.nanoTime() - due < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS).execute(this::send);
        return;
      }
      failure.set(error);
      open.countDown();
    }

    @Override
    public void onCompleted() {
      open.countDown();
    }
  }

  private void awaitTime(long due) {
    long left;
    while ((left = due - System.nanoTime()) > 0) {
      if (left > spinNanos) {
        LockSupport.parkNanos(left - spinNanos);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
