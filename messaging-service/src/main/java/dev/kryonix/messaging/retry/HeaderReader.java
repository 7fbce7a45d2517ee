package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads headers of whatever form: what is not of the form expected counts as absent. */
final class HeaderReader {
  private final Map<String, Object> headers;

  HeaderReader(BasicProperties properties) {
    this.headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
  }

  boolean has(String name) {
    return headers.containsKey(name);
  }

  long number(String name, long otherwise) {
    return headers.get(name) instanceof Number number ? number.longValue() : otherwise;
  }

  String text(String name) {
    return text(headers.get(name));
  }

  Optional<Instant> time(String name) {
    return headers.get(name) instanceof Number millis ? time(millis) : Optional.empty();
  }

  List<Instant> times(String name) {
    if (!(headers.get(name) instanceof List<?> list)) {
      return List.of();
    }
    return list.stream()
        .filter(Number.class::isInstance)
        .flatMap(millis -> time((Number) millis).stream())
        .toList();
  }

  List<?> list(String name) {
    return headers.get(name) instanceof List<?> list ? list : List.of();
  }

  /** Texts come back from the broker as its own type. */
  static String text(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return value == null ? "" : value.toString();
  }

  private static Optional<Instant> time(Number millis) {
    try {
      return Optional.of(Instant.ofEpochMilli(millis.longValue()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
