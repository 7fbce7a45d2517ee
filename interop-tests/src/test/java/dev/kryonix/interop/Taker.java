package dev.kryonix.interop;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A client that takes no answer until it is told to, and sums them up.
 *
 * @param <Q> the request
 * @param <R> the answer
 */
final class Taker<Q, R> implements ClientResponseObserver<Q, R> {
  private final ToIntFunction<R> size;
  private final Consumer<ClientCallStreamObserver<Q>> begin;
  private final CompletableFuture<Long> end = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<Q> call;
  private long taken;

  /**
   * @param size what an answer counts for
   * @param begin is given the call before it starts
   */
  Taker(ToIntFunction<R> size, Consumer<ClientCallStreamObserver<Q>> begin) {
    this.size = size;
    this.begin = begin;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> started) {
    call = started;
    started.disableAutoRequestWithInitial(0);
    begin.accept(started);
  }

  /** Takes all, and gives the sum. */
  long takeAll() throws Exception {
    Objects.requireNonNull(call).request(Integer.MAX_VALUE);
    return end.get(300, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(R message) {
    taken += size.applyAsInt(message);
  }

  @Override
  public void onError(Throwable failure) {
    end.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    end.complete(taken);
  }
}
