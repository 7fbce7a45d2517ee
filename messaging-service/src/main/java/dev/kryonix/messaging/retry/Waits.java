package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.messaging.topology.LiveQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long a message that is taken out of its queue for a backup may wait still, and what it must
 * say itself when it comes back, because the broker will not know it any more.
 */
public final class Waits {
  private Waits() {}

  /** When it has waited for as long as it may. */
  public static Instant end(LiveQueue queue, BasicProperties properties) {
    return since(properties).plus(ttl(queue, properties));
  }

  /** For how long it may wait, at first and after each attempt. */
  public static Duration ttl(LiveQueue queue, BasicProperties properties) {
    long own = own(properties);
    Duration queues = queue.ttl();
    return own > 0 && own < queues.toMillis() ? Duration.ofMillis(own) : queues;
  }

  /** The message waiting from now on, whenever it was published. */
  public static BasicProperties anew(BasicProperties properties, Instant now) {
    Map<String, Object> headers = headers(properties);
    headers.put(RetryHeaders.SINCE, now.toEpochMilli());
    return properties.builder().headers(headers).build();
  }

  /** The message saying since when it waits, which its way through a backup does not begin anew. */
  public static BasicProperties withSince(BasicProperties properties) {
    Map<String, Object> headers = headers(properties);
    headers
        .keySet()
        .removeIf(name -> name.startsWith("x-") || name.equals("CC") || name.equals("BCC"));
    long own = own(properties);
    if (own > 0) {
      headers.put(RetryHeaders.TTL, own);
    }
    headers.put(RetryHeaders.SINCE, since(properties).toEpochMilli());
    return properties.builder().headers(headers).correlationId(null).build();
  }

  /** The message saying of the attempts at it what else is known of them, if something is. */
  public static BasicProperties withAttempts(BasicProperties properties, Optional<Parked> parked) {
    if (parked.isEmpty()) {
      return properties;
    }
    Map<String, Object> headers = headers(properties);
    parked.get().attempts().writeTo(headers);
    return properties.builder().headers(headers).build();
  }

  private static Map<String, Object> headers(BasicProperties properties) {
    return properties.getHeaders() == null
        ? new HashMap<>()
        : new HashMap<>(properties.getHeaders());
  }

  private static Instant since(BasicProperties properties) {
    HeaderReader headers = new HeaderReader(properties);
    return headers
        .time(RetryHeaders.SINCE)
        .or(() -> headers.time(RetryHeaders.PUBLISHED))
        .orElse(Instant.EPOCH);
  }

  /** The publisher's own time to live in milliseconds; 0 when it has set none. */
  private static long own(BasicProperties properties) {
    long carried = new HeaderReader(properties).number(RetryHeaders.TTL, 0);
    String expiration = properties.getExpiration();
    return carried == 0 && expiration != null && expiration.matches("\\d{1,12}")
        ? Long.parseLong(expiration)
        : carried;
  }
}
