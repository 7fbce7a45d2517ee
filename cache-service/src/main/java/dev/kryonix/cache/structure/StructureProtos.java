package dev.kryonix.cache.structure;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.EntryMetadata;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import java.time.Instant;
import java.util.Optional;

/** Structures to and from the contract. */
final class StructureProtos {
  private StructureProtos() {}

  static EntryMetadata metadata(
      Content content, java.time.Duration ttl, long chargedBytes, Instant now) {
    java.time.Duration age = java.time.Duration.between(content.createTime(), now);
    return EntryMetadata.newBuilder()
        .setEtag(content.etag())
        .setCreateTime(timestamp(content.createTime()))
        .setExpireTime(timestamp(now.plus(ttl)))
        .setAge(duration(age))
        .setTtlLeft(duration(ttl))
        .setContentType(content.contentType())
        .setSizeBytes(content.size())
        .setStoredBytes(chargedBytes)
        .addAllTags(content.tags())
        .setKind(content.kind().proto())
        .build();
  }

  /** A change that is safe to repeat. */
  static Target target(EntryKey address, Optional<Duration> ttl, Device device) {
    return new Target(address, ttl.map(StructureProtos::duration), device, Optional.empty());
  }

  /** A change that is made once when the request has an id. */
  static Target target(
      EntryKey address,
      Optional<Duration> ttl,
      Device device,
      String requestId,
      MessageLite request) {
    return new Target(
        address,
        ttl.map(StructureProtos::duration),
        device,
        requestId.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Target.Once(
                    requestId,
                    ByteString.copyFromUtf8(request.getClass().getSimpleName())
                        .concat(request.toByteString())
                        .toByteArray())));
  }

  private static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.toSeconds())
        .setNanos(duration.toNanosPart())
        .build();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
