package dev.kryonix.messaging.payload;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.NewMessage.Content;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Route;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The form of a message in the broker: properties, headers and body.
 *
 * <p>Our headers begin with {@code kx-}, the publisher's attributes with {@code a-}, so that
 * neither can be taken for the other, nor for the broker's own.
 */
@Singleton
public final class Envelope {
  private static final String ATTRIBUTE = "a-";
  private static final String KEY = "kx-key";
  private static final String NONCE = "kx-nonce";
  private static final String ZSTD_SIZE = "kx-zstd-size";
  private static final String END_TO_END = "kx-e2e";
  private static final String TIME = "kx-time";
  private static final String PRIORITY = "kx-priority";
  private static final String ROUTE = "kx-route";
  private static final String AGAIN = "kx-again";
  private static final String ORDERING_KEY = "kx-order";
  private static final String RESTORED = "kx-restored";
  private static final Set<String> SEAL = Set.of(KEY, NONCE, ZSTD_SIZE);

  /** The headers of W3C Trace Context, as they are. */
  private static final List<String> TRACE = List.of("traceparent", "tracestate");

  private static final int PERSISTENT = 2;
  private static final int LARGEST = 64 * 1024 * 1024;

  private final PayloadCipher cipher;

  public Envelope(PayloadCipher cipher) {
    this.cipher = cipher;
  }

  /** A message ready for the broker. */
  public record Packed(BasicProperties properties, byte[] body) {}

  /**
   * Compresses and encrypts the message, and writes the rest into properties and headers. The
   * priority is a header of ours: by the property RabbitMQ 4 would let messages of a queue overtake
   * each other, those of one ordering key too.
   */
  public Packed pack(TenantView tenant, NewMessage message) {
    Content content = message.content();
    Map<String, Object> headers = new HashMap<>();
    headers.put(TIME, message.time().toEpochMilli());
    headers.put(PRIORITY, message.priority());
    if (message.handling().route() != Route.STANDARD) {
      headers.put(ROUTE, message.handling().route().name());
    }
    if (message.handling().again()) {
      headers.put(AGAIN, true);
    }
    if (message.isOrdered()) {
      headers.put(ORDERING_KEY, content.orderingKey());
    }
    headers.putAll(message.trace());
    content.attributes().forEach((key, value) -> headers.put(ATTRIBUTE + key, value));
    byte[] body = body(tenant, message, headers);
    BasicProperties.Builder properties =
        new BasicProperties.Builder()
            .messageId(message.id())
            .deliveryMode(PERSISTENT)
            .type(message.queue().name())
            .timestamp(Date.from(message.time()))
            .contentType(content.contentType())
            .headers(headers);
    message.ttl().ifPresent(ttl -> properties.expiration(Long.toString(ttl.toMillis())));
    return new Packed(properties.build(), body);
  }

  private byte[] body(TenantView tenant, NewMessage message, Map<String, Object> headers) {
    Content content = message.content();
    if (!content.endToEnd().isEmpty()) {
      headers.put(END_TO_END, content.endToEnd());
      return content.payload();
    }
    byte[] compressed = Compressor.compress(content.payload(), content.compression());
    if (compressed != content.payload()) {
      headers.put(ZSTD_SIZE, content.payload().length);
    }
    PayloadCipher.Sealed sealed =
        cipher.seal(
            tenant,
            place(message.queue().name(), message.handling().route() == Route.AUTOMATION),
            message.id(),
            compressed);
    headers.put(KEY, sealed.keyId());
    headers.put(NONCE, sealed.nonce());
    return sealed.bytes();
  }

  /**
   * Where a message may lie, which its encryption is bound to: its operation's queue, or for copies
   * to all automation any automation consumer's.
   */
  private static String place(String queue, boolean automation) {
    return automation ? Names.AUTOMATION + "/" + queue : queue;
  }

  /** The publisher's ordering key, or empty. */
  public static String orderingKey(BasicProperties properties) {
    return text(headers(properties).get(ORDERING_KEY));
  }

  /** Whether a message may have been published before, by an attempt that ended unknown. */
  public static boolean isAgain(BasicProperties properties) {
    return headers(properties).containsKey(AGAIN);
  }

  private static Map<String, Object> headers(BasicProperties properties) {
    return properties.getHeaders() == null ? Map.of() : properties.getHeaders();
  }

  /** The properties of a message, with the mark that it is possibly there before. */
  public static BasicProperties again(BasicProperties properties) {
    Map<String, Object> headers = new HashMap<>(headers(properties));
    headers.put(AGAIN, true);
    return properties.builder().headers(headers).build();
  }

  /** The lane that a message of the operation's queue was published to. */
  public static Lane lane(LiveQueue queue, BasicProperties properties) {
    Map<String, Object> headers = headers(properties);
    int priority = (int) number(headers.get(PRIORITY), queue.priority());
    String named = text(headers.get(ROUTE));
    for (Route route : Route.values()) {
      if (route.name().equals(named)) {
        return route.lane(priority);
      }
    }
    return Lane.of(priority);
  }

  /** When a message was accepted; the beginning of time when it does not say. */
  public static Instant time(BasicProperties properties) {
    return Instant.ofEpochMilli(number(headers(properties).get(TIME), 0));
  }

  /** Opens a message that came from the operation's queue. */
  public StoredMessage unpack(
      TenantView tenant, LiveQueue queue, BasicProperties properties, byte[] body)
      throws PayloadCorruptException {
    Map<String, Object> headers = headers(properties);
    String id = text(properties.getMessageId());
    boolean automation = text(headers.get(ROUTE)).equals(Route.AUTOMATION.name());
    // A copy to an automation consumer says of itself which operation it is of.
    String name = automation ? text(properties.getType()) : queue.name();
    int dot = name.indexOf('.');
    if (dot < 0) {
      throw new PayloadCorruptException("does not say its operation", null);
    }
    return new StoredMessage(
        id,
        name.substring(0, dot),
        name.substring(dot + 1),
        payload(tenant, place(name, automation), id, new Body(headers, body)),
        text(properties.getContentType()),
        (int) number(headers.get(PRIORITY), queue.priority()),
        delivered(properties),
        Instant.ofEpochMilli(number(headers.get(TIME), 0)),
        text(headers.get(END_TO_END)),
        orderingKey(properties));
  }

  /**
   * A message as it lies, opened: its payload as it was published, its properties without what
   * opening took. What the publisher has encrypted end to end stays as it is.
   */
  public Packed opened(TenantView tenant, BasicProperties properties, byte[] body)
      throws PayloadCorruptException {
    Map<String, Object> headers = new HashMap<>(headers(properties));
    if (headers.containsKey(END_TO_END)) {
      return new Packed(properties, body);
    }
    byte[] payload =
        payload(
            tenant, placeOf(properties), text(properties.getMessageId()), new Body(headers, body));
    headers.keySet().removeAll(SEAL);
    return new Packed(properties.builder().headers(headers).build(), payload);
  }

  /** The message that was {@link #opened}, sealed again under the tenant's key of now. */
  public Packed sealed(TenantView tenant, Packed opened) {
    Map<String, Object> headers = new HashMap<>(headers(opened.properties()));
    if (headers.containsKey(END_TO_END)) {
      return opened;
    }
    byte[] payload = opened.body();
    byte[] compressed = Compressor.compress(payload, CompressionLevel.bySize(payload.length));
    if (compressed != payload) {
      headers.put(ZSTD_SIZE, payload.length);
    }
    PayloadCipher.Sealed sealed =
        cipher.seal(
            tenant,
            placeOf(opened.properties()),
            text(opened.properties().getMessageId()),
            compressed);
    headers.put(KEY, sealed.keyId());
    headers.put(NONCE, sealed.nonce());
    return new Packed(opened.properties().builder().headers(headers).build(), sealed.bytes());
  }

  /** Every message says of itself which operation it is of. */
  private static String placeOf(BasicProperties properties) {
    boolean automation = text(headers(properties).get(ROUTE)).equals(Route.AUTOMATION.name());
    return place(text(properties.getType()), automation);
  }

  /** The same message marked as one that a restore has put into the history. */
  public static Packed restored(Packed packed) {
    Map<String, Object> headers = new HashMap<>(headers(packed.properties()));
    headers.put(RESTORED, true);
    return new Packed(packed.properties().builder().headers(headers).build(), packed.body());
  }

  /** Whether a message of a history was put there by a restore, later than it was published. */
  public static boolean isRestored(BasicProperties properties) {
    return headers(properties).containsKey(RESTORED);
  }

  /** The publisher's attributes, and where the publish stood in its trace, if they do not say. */
  private static Map<String, String> delivered(BasicProperties properties) {
    Map<String, String> attributes = attributes(properties);
    for (String trace : TRACE) {
      String value = text(headers(properties).get(trace));
      if (!value.isEmpty()) {
        attributes.putIfAbsent(trace, value);
      }
    }
    return attributes;
  }

  /** The publisher's attributes. */
  public static Map<String, String> attributes(BasicProperties properties) {
    Map<String, String> attributes = new HashMap<>();
    if (properties.getHeaders() != null) {
      properties
          .getHeaders()
          .forEach(
              (key, value) -> {
                if (key.startsWith(ATTRIBUTE)) {
                  attributes.put(key.substring(ATTRIBUTE.length()), text(value));
                }
              });
    }
    return attributes;
  }

  /** How many bytes the payload of a stored message will have, opened; no more than it may have. */
  public static int payloadSize(BasicProperties properties, byte[] body) {
    Map<String, Object> headers = properties.getHeaders();
    long opened = headers == null ? -1 : number(headers.get(ZSTD_SIZE), -1);
    return Math.clamp(opened, body.length, Math.max(body.length, LARGEST));
  }

  private record Body(Map<String, Object> headers, byte[] bytes) {}

  private byte[] payload(TenantView tenant, String place, String id, Body body)
      throws PayloadCorruptException {
    if (body.headers.containsKey(END_TO_END)) {
      return body.bytes;
    }
    byte[] nonce = bytes(body.headers.get(NONCE));
    byte[] compressed =
        cipher.open(
            tenant,
            place,
            id,
            new PayloadCipher.Sealed(text(body.headers.get(KEY)), nonce, body.bytes));
    if (!body.headers.containsKey(ZSTD_SIZE)) {
      return compressed;
    }
    long size = number(body.headers.get(ZSTD_SIZE), -1);
    if (size < 0 || size > LARGEST) {
      throw new PayloadCorruptException("decompresses to another size", null);
    }
    return Compressor.decompress(compressed, (int) size);
  }

  /** Bytes come back as a text from a stream of RabbitMQ 4. */
  private static byte[] bytes(@Nullable Object header) throws PayloadCorruptException {
    return switch (header) {
      case byte[] bytes -> bytes;
      case LongString text -> text.getBytes();
      case null, default -> throw new PayloadCorruptException("is not encrypted", null);
    };
  }

  /** Texts come back from the broker as its own type. */
  private static String text(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return value == null ? "" : value.toString();
  }

  private static long number(@Nullable Object value, long otherwise) {
    return value instanceof Number number ? number.longValue() : otherwise;
  }
}
