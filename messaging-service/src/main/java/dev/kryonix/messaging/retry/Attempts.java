package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The attempts at a message that have failed.
 *
 * @param failed how many
 * @param times when each ended, the last 20
 * @param firstError of what the first failed
 * @param lastError of what the last failed
 */
public record Attempts(int failed, List<Instant> times, String firstError, String lastError) {
  /** No attempt has failed. */
  public static final Attempts NONE = new Attempts(0, List.of(), "", "");

  private static final int TIMES = 20;
  private static final int MOST = 1_000_000;

  public Attempts {
    failed = Math.clamp(failed, 0, MOST);
    times = List.copyOf(times.subList(Math.max(0, times.size() - TIMES), times.size()));
  }

  static Attempts of(BasicProperties properties) {
    HeaderReader headers = new HeaderReader(properties);
    if (!headers.has(RetryHeaders.ATTEMPTS)) {
      // As of nearly every message: they are written together.
      return NONE;
    }
    return new Attempts(
        Math.clamp(headers.number(RetryHeaders.ATTEMPTS, 0), 0, MOST),
        headers.times(RetryHeaders.ATTEMPT_TIMES),
        headers.text(RetryHeaders.FIRST_ERROR),
        headers.text(RetryHeaders.LAST_ERROR));
  }

  /** Which attempt is the next, from 1. */
  public int next() {
    return failed + 1;
  }

  /** With one more that failed. */
  public Attempts and(Instant time, String error) {
    List<Instant> all = new ArrayList<>(times);
    all.add(time);
    return new Attempts(failed + 1, all, failed == 0 ? error : firstError, error);
  }

  /** With another last error, of an end that was no attempt of its own. */
  Attempts endedBy(String error) {
    return new Attempts(
        failed,
        times,
        firstError.isEmpty() ? error : firstError,
        error.isEmpty() ? lastError : error);
  }

  void writeTo(Map<String, Object> headers) {
    headers.put(RetryHeaders.ATTEMPTS, (long) failed);
    headers.put(RetryHeaders.ATTEMPT_TIMES, times.stream().map(Instant::toEpochMilli).toList());
    headers.put(RetryHeaders.FIRST_ERROR, firstError);
    headers.put(RetryHeaders.LAST_ERROR, lastError);
  }
}
