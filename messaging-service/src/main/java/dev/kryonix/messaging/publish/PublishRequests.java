package dev.kryonix.messaging.publish;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.Compression;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.kit.catalog.Module;
import dev.kryonix.kit.crypto.Fingerprint;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.telemetry.CallTrace;
import dev.kryonix.messaging.payload.CompressionLevel;
import dev.kryonix.messaging.payload.JsonText;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.payload.NewMessage.Content;
import dev.kryonix.messaging.payload.NewMessage.Handling;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.Route;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Reads publish requests as messages. */
@Singleton
public final class PublishRequests {
  private static final String JSON = "application/json";
  private static final String BYTES = "application/octet-stream";
  private static final String RESERVED = "x-";

  private final Operations operations;
  private final PublishConfig config;
  private final MessageIds ids;
  private final InstantSource clock;

  PublishRequests(
      Operations operations, PublishConfig config, MessageIds ids, InstantSource clock) {
    this.operations = operations;
    this.config = config;
    this.ids = ids;
    this.clock = clock;
  }

  /** The message that the request asks to publish; refuses what cannot be published. */
  NewMessage read(TenantView tenant, PublishRequest request) {
    return read(tenant, request, CallTrace.current().headers());
  }

  /** As {@link #read(TenantView, PublishRequest)}, for a request that was made in another call. */
  public NewMessage read(TenantView tenant, PublishRequest request, Map<String, String> trace) {
    LiveQueue queue = operations.require(tenant, request.getModule(), request.getOperation());
    Content content = readContent(request);
    int priority = request.getPriority() == 0 ? queue.priority() : request.getPriority();
    Instant now = clock.instant();
    return new NewMessage(
        ids.next(now),
        queue,
        priority,
        content,
        ttl(request, queue),
        now,
        trace,
        new Handling(route(request, queue, priority), false));
  }

  private Route route(PublishRequest request, LiveQueue queue, int priority) {
    Module module = operations.moduleOf(queue);
    return switch (request.getRoute()) {
      case ROUTE_UNSPECIFIED, UNRECOGNIZED ->
          Routes.choose(module, priority, request.getAttributesMap());
      case ROUTE_STANDARD -> Route.STANDARD;
      case ROUTE_MOBILE_PRIORITY -> Routes.require(module, Route.MOBILE_PRIORITY);
      case ROUTE_BUSINESS_CRITICAL -> Routes.require(module, Route.BUSINESS_CRITICAL);
      case ROUTE_AUTOMATION -> Routes.require(module, Route.AUTOMATION);
    };
  }

  /**
   * When the request asks to publish; empty for now. A time that has passed means now, but with a
   * schedule id it takes the place of one that waits all the same.
   */
  Optional<Instant> deliverAt(PublishRequest request) {
    boolean named = !request.getScheduleId().isEmpty();
    if (!request.hasDeliverAt()) {
      if (named) {
        throw CommonErrors.invalidField("schedule_id", "needs a deliver_at");
      }
      return Optional.empty();
    }
    if (!Timestamps.isValid(request.getDeliverAt())) {
      throw CommonErrors.invalidField("deliver_at", "is not a timestamp");
    }
    Instant asked =
        Instant.ofEpochSecond(
            request.getDeliverAt().getSeconds(), request.getDeliverAt().getNanos());
    Instant now = clock.instant();
    if (asked.isAfter(now)) {
      return Optional.of(asked);
    }
    return named ? Optional.of(now) : Optional.empty();
  }

  /** What is kept of a request until its time: all but when and how often. */
  static ByteString content(PublishRequest request) {
    return request.toBuilder()
        .clearDeliverAt()
        .clearScheduleId()
        .clearRequestId()
        .build()
        .toByteString();
  }

  /** By what a repetition of the request is known: all of it but the id itself. */
  static ByteString digest(PublishRequest request) {
    return ByteString.copyFrom(Fingerprint.of(request));
  }

  private Content readContent(PublishRequest request) {
    byte[] payload = payload(request);
    HeaderBytes.require(request);
    for (Map.Entry<String, String> attribute : request.getAttributesMap().entrySet()) {
      if (attribute.getKey().startsWith(RESERVED)) {
        throw CommonErrors.invalidField(
            "attributes[\"" + attribute.getKey() + "\"]", "keys that begin with x- are reserved");
      }
    }
    // Most are far from it, and then nobody has to count.
    if (payload.length > config.maxMessageBytes() - HeaderBytes.ALL
        && payload.length + HeaderBytes.of(request) > config.maxMessageBytes()) {
      throw CommonErrors.messageTooLarge(config.maxMessageBytes());
    }
    return new Content(
        payload,
        contentType(request),
        request.getAttributesMap(),
        level(request.getCompression(), payload.length),
        request.getEndToEnd(),
        request.getOrderingKey());
  }

  private static byte[] payload(PublishRequest request) {
    return switch (request.getPayloadCase()) {
      case DATA -> request.getData().toByteArray();
      case JSON -> json(request);
      case PAYLOAD_NOT_SET -> new byte[0];
    };
  }

  private static byte[] json(PublishRequest request) {
    try {
      return JsonText.of(request.getJson());
    } catch (IllegalArgumentException e) {
      throw CommonErrors.invalidField("json", "is not a JSON value");
    }
  }

  private static String contentType(PublishRequest request) {
    String given = request.getContentType();
    if (!request.hasJson()) {
      return given.isEmpty() ? BYTES : given;
    }
    if (!given.isEmpty() && !given.equals(JSON)) {
      throw CommonErrors.invalidField("content_type", "must be empty or " + JSON + " with json");
    }
    return JSON;
  }

  private static CompressionLevel level(Compression asked, int size) {
    return switch (asked) {
      case COMPRESSION_UNSPECIFIED, UNRECOGNIZED -> CompressionLevel.bySize(size);
      case COMPRESSION_NONE -> CompressionLevel.NONE;
      case COMPRESSION_LOW -> CompressionLevel.LOW;
      case COMPRESSION_STANDARD -> CompressionLevel.STANDARD;
      case COMPRESSION_HIGH -> CompressionLevel.HIGH;
      case COMPRESSION_MAXIMUM -> CompressionLevel.MAXIMUM;
    };
  }

  private static Optional<Duration> ttl(PublishRequest request, LiveQueue queue) {
    if (!request.hasTtl()) {
      return Optional.empty();
    }
    Duration ttl = Duration.ofSeconds(request.getTtl().getSeconds(), request.getTtl().getNanos());
    if (ttl.compareTo(queue.ttl()) > 0) {
      throw CommonErrors.invalidField(
          "ttl", "is over the operation's %d seconds".formatted(queue.ttl().toSeconds()));
    }
    return Optional.of(ttl);
  }
}
