package dev.kryonix.messaging.publish;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import dev.kryonix.api.messaging.v1.Problem;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.api.messaging.v1.PublishWindow;
import dev.kryonix.api.messaging.v1.Throttle;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One publish stream. At most a window of messages is between the client's sending and our writing
 * of the result, fewer when they are large: more are asked for when results have been written.
 */
final class PublishStream implements StreamObserver<PublishStreamRequest> {
  private static final Set<String> THROTTLES = Set.of("RATE_LIMITED", "BROKER_BLOCKED");
  private static final Result WAKE = new Result(PublishStreamResponse.getDefaultInstance(), 0);
  private static final long LOOK_MILLIS = 1000;

  private final ServerCallStreamObserver<PublishStreamResponse> call;
  private final Submit submit;

  /** Holds at most a result per message asked for. */
  private final BlockingQueue<Result> results = new LinkedBlockingQueue<>();

  private final Credit credit = new Credit();
  private final Runnable checkCaller;
  private final Supplier<FairShare.Seat> seats;
  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile boolean halfClosed;
  private volatile boolean gone;
  private long throttledUntil = System.nanoTime();

  private PublishStream(
      ServerCallStreamObserver<PublishStreamResponse> call,
      Submit submit,
      Runnable checkCaller,
      Supplier<FairShare.Seat> seats) {
    this.call = call;
    this.submit = submit;
    this.checkCaller = checkCaller;
    this.seats = seats;
  }

  /** What a client is told of a message that came in so many bytes. */
  private record Result(PublishStreamResponse response, long bytes) {}

  /** Puts a message on its way, and waits for nothing. */
  @FunctionalInterface
  interface Submit {
    CompletableFuture<PublishResponse> submit(PublishStreamRequest request);
  }

  /**
   * Opens a stream.
   *
   * @param checkCaller throws once the caller may publish no more
   * @param seats where the stream gets its share
   */
  static StreamObserver<PublishStreamRequest> open(
      StreamObserver<PublishStreamResponse> responses,
      Submit submit,
      Runnable checkCaller,
      Supplier<FairShare.Seat> seats) {
    var call = (ServerCallStreamObserver<PublishStreamResponse>) responses;
    call.disableAutoRequest();
    PublishStream stream = new PublishStream(call, submit, checkCaller, seats);
    call.request(stream.credit.first());
    StreamWriter.serve(responses, stream::serve);
    return stream;
  }

  @Override
  public void onNext(PublishStreamRequest request) {
    unanswered.incrementAndGet();
    long sequence = request.getSequence();
    long bytes = request.getSerializedSize();
    try {
      submit
          .submit(request)
          .whenComplete(
              (published, error) ->
                  results.add(new Result(result(sequence, published, error), bytes)));
    } catch (RuntimeException e) {
      results.add(new Result(result(sequence, null, e), bytes));
    }
  }

  @Override
  public void onError(Throwable error) {
    gone = true;
    results.add(WAKE);
  }

  @Override
  public void onCompleted() {
    halfClosed = true;
    results.add(WAKE);
  }

  private void serve(StreamWriter<PublishStreamResponse> writer) throws InterruptedException {
    try (FairShare.Seat seat = seats.get()) {
      write(writer, seat);
    }
  }

  private void write(StreamWriter<PublishStreamResponse> writer, FairShare.Seat seat)
      throws InterruptedException {
    writer.write(
        PublishStreamResponse.newBuilder()
            .setWindow(
                PublishWindow.newBuilder().setMaxMessages(Credit.MOST).setMaxBytes(Credit.BYTES))
            .build());
    while (!gone && !writer.isEnded() && !(halfClosed && unanswered.get() == 0)) {
      Result first =
          results.poll(
              credit.isHeldBack() ? Credit.PAUSE.toMillis() : LOOK_MILLIS, TimeUnit.MILLISECONDS);
      checkCaller.run();
      for (Result result = first; result != null; result = results.poll()) {
        if (result != WAKE) {
          throttle(writer, result.response());
          writer.write(result.response());
          unanswered.decrementAndGet();
          credit.answered(result.bytes(), isTooMuch(result.response()));
        }
        if (credit.isDue(seat.most())) {
          break;
        }
      }
      int more = credit.take(seat.most(), System.nanoTime());
      if (more > 0) {
        call.request(more);
      }
    }
  }

  /** Says once, ahead of the refusals, how long it is of no use to send more. */
  private void throttle(
      StreamWriter<PublishStreamResponse> writer, PublishStreamResponse response) {
    Problem problem = response.getResult().getProblem();
    if (isTooMuch(response) && System.nanoTime() - throttledUntil > 0) {
      throttledUntil = System.nanoTime() + Durations.toNanos(problem.getRetryAfter());
      writer.write(
          PublishStreamResponse.newBuilder()
              .setThrottle(
                  Throttle.newBuilder()
                      .setReason(problem.getReason())
                      .setRetryAfter(problem.getRetryAfter()))
              .build());
    }
  }

  private static boolean isTooMuch(PublishStreamResponse response) {
    return THROTTLES.contains(response.getResult().getProblem().getReason());
  }

  private static PublishStreamResponse result(
      long sequence, @Nullable PublishResponse published, @Nullable Throwable error) {
    PublishResult.Builder result = PublishResult.newBuilder().setSequence(sequence);
    if (published != null) {
      result.setPublished(published);
    } else {
      result.setProblem(
          problem(
              error == null
                  ? PublishErrors.unconfirmed()
                  : WireErrors.of(error, "a publish stream")));
    }
    return PublishStreamResponse.newBuilder().setResult(result).build();
  }

  private static Problem problem(ServiceException refusal) {
    Problem.Builder problem =
        Problem.newBuilder()
            .setCode(refusal.code().value())
            .setReason(refusal.reasonName())
            .setMessage(refusal.getMessage());
    for (var detail : refusal.toStatus().getDetailsList()) {
      try {
        if (detail.is(RetryInfo.class)) {
          problem.setRetryAfter(detail.unpack(RetryInfo.class).getRetryDelay());
        } else if (detail.is(com.google.rpc.BadRequest.class)) {
          problem.setField(
              detail.unpack(com.google.rpc.BadRequest.class).getFieldViolations(0).getField());
        }
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("a detail of our own cannot be read", e);
      }
    }
    return problem.build();
  }
}
