package dev.kryonix.kit.server;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that requests may take together, so that many clients with large or slow ones cannot
 * fill the process.
 */
public final class RequestMemory {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final String holder;
  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /**
   * Memory of a process.
   *
   * @param holder who holds requests, as a refusal names it
   * @param limit in bytes
   */
  public RequestMemory(String holder, long limit) {
    this.holder = holder;
    this.limit = limit;
  }

  /** Takes so many bytes, which must be given back by {@link #release}; refuses when spent. */
  public void reserve(long bytes) {
    if (held.addAndGet(bytes) > limit) {
      held.addAndGet(-bytes);
      throw ServiceException.of(
              Code.UNAVAILABLE,
              ErrorReason.ERROR_REASON_BODIES_EXHAUSTED,
              holder + " holds too many unfinished requests; try again shortly.")
          .retryAfter(RETRY);
    }
  }

  /** Gives bytes back. */
  public void release(long bytes) {
    held.addAndGet(-bytes);
  }

  /** The bytes that are taken. */
  public long held() {
    return held.get();
  }
}
