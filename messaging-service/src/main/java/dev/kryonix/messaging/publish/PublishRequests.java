package dev.kryonix.messaging.publish;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.kryonix.api.messaging.v1.Compression;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.Route;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.telemetry.CallTrace;
import dev.kryonix.messaging.payload.CompressionLevel;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.payload.NewMessage.Content;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Reads publish requests as messages. */
@Singleton
final class PublishRequests {
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
    LiveQueue queue = operations.require(tenant, request.getModule(), request.getOperation());
    refuseUnbuilt(request);
    Content content = content(request);
    Instant now = clock.instant();
    return new NewMessage(
        ids.next(now),
        queue,
        request.getPriority() == 0 ? queue.priority() : request.getPriority(),
        content,
        ttl(request, queue),
        now,
        CallTrace.current().headers());
  }

  private static void refuseUnbuilt(PublishRequest request) {
    if (!request.getOrderingKey().isEmpty()) {
      throw unbuilt("ordering_key");
    }
    if (request.hasDeliverAt() || !request.getScheduleId().isEmpty()) {
      throw unbuilt("deliver_at");
    }
    if (!request.getRequestId().isEmpty()) {
      throw unbuilt("request_id");
    }
    if (request.getRoute() != Route.ROUTE_UNSPECIFIED
        && request.getRoute() != Route.ROUTE_STANDARD) {
      throw unbuilt("route");
    }
  }

  private static RuntimeException unbuilt(String field) {
    return CommonErrors.notImplemented("messaging.v1.PublishRequest." + field);
  }

  private Content content(PublishRequest request) {
    byte[] payload = payload(request);
    long size = payload.length;
    for (Map.Entry<String, String> attribute : request.getAttributesMap().entrySet()) {
      if (attribute.getKey().startsWith(RESERVED)) {
        throw CommonErrors.invalidField(
            "attributes[\"" + attribute.getKey() + "\"]", "keys that begin with x- are reserved");
      }
      size += attribute.getKey().length() + attribute.getValue().length();
    }
    if (size > config.maxMessageBytes()) {
      throw CommonErrors.messageTooLarge(config.maxMessageBytes());
    }
    return new Content(
        payload,
        contentType(request),
        request.getAttributesMap(),
        level(request.getCompression(), payload.length),
        request.getEndToEnd());
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
      return JsonFormat.printer()
          .omittingInsignificantWhitespace()
          .print(request.getJson())
          .getBytes(StandardCharsets.UTF_8);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
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
