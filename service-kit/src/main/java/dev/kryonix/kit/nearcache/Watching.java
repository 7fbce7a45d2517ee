package dev.kryonix.kit.nearcache;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the copies told of what happens, by a watch that is begun again whenever it ends. A new watch
 * begins with no copies: what happened between the two is not known.
 */
final class Watching implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watching.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Channel channel;
  private final CallOptions options;
  private final NearCacheConfig config;
  private final Copies copies;
  private final Thread thread;

  Watching(Channel channel, CallCredentials caller, NearCacheConfig config, Copies copies) {
    this.channel = channel;
    this.options = CallOptions.DEFAULT.withCallCredentials(caller);
    this.config = config;
    this.copies = copies;
    this.thread = Thread.ofVirtual().name("near-cache").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        boolean any = follow();
        pause = any ? FIRST_PAUSE : longer(pause);
        // Those who lost the same gateway do not all come back at the same time.
        Thread.sleep(RandomGenerator.getDefault().nextLong(pause.toMillis() / 2, pause.toMillis()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** Follows one watch to its end; says whether it told anything. */
  private boolean follow() throws InterruptedException {
    boolean any = false;
    BlockingClientCall<WatchRequest, WatchResponse> call =
        ClientCalls.blockingV2ServerStreamingCall(
            channel, CacheServiceGrpc.getWatchMethod(), options, request());
    try {
      for (@Nullable WatchResponse event = next(call); event != null; event = next(call)) {
        if (!any) {
          copies.connected();
          any = true;
        }
        copies.take(event);
      }
    } catch (TimeoutException e) {
      LOG.debug("the watch gave no sign of life and is begun again");
    } catch (StatusException e) {
      LOG.debug("the watch ended and is begun again", e);
      if (isRefused(e.getStatus())) {
        copies.clear();
      }
    } finally {
      copies.disconnected();
      call.cancel("the watch is over", null);
    }
    return any;
  }

  private @Nullable WatchResponse next(BlockingClientCall<WatchRequest, WatchResponse> call)
      throws InterruptedException, TimeoutException, StatusException {
    return call.read(config.staleness().toMillis(), TimeUnit.MILLISECONDS);
  }

  private WatchRequest request() {
    return WatchRequest.newBuilder()
        .setModule(config.scope().module())
        .setType(config.scope().type())
        .setKeyPrefix(config.scope().keyPrefix())
        .build();
  }

  /** Whether the caller may not read any more, so that its copies are not to be used either. */
  private static boolean isRefused(Status status) {
    return switch (status.getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND, FAILED_PRECONDITION -> true;
      default -> false;
    };
  }
}
