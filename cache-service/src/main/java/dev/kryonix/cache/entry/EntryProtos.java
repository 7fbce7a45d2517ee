package dev.kryonix.cache.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.cache.v1.CacheFlush;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.cache.v1.EntryMetadata;
import dev.kryonix.api.cache.v1.FlushState;
import dev.kryonix.api.cache.v1.FulfilRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.LeaseGrant;
import dev.kryonix.api.cache.v1.LeaseRequest;
import dev.kryonix.api.cache.v1.LeaseResponse;
import dev.kryonix.api.cache.v1.LeaseWait;
import dev.kryonix.api.cache.v1.MissReason;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.ValueKind;
import dev.kryonix.api.cache.v1.WriteCondition;
import dev.kryonix.kit.errors.CommonErrors;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Entries to and from the contract. */
final class EntryProtos {
  private static final java.time.Duration DEFAULT_LEASE = java.time.Duration.ofSeconds(10);

  private EntryProtos() {}

  static EntryKey key(EntryAddress address) {
    return new EntryKey(address.getModule(), address.getType(), address.getKey());
  }

  static Entries.Put put(SetRequest request) {
    if (request.getAbsent() && !request.getValue().isEmpty()) {
      throw CommonErrors.invalidField("value", "must be empty when absent is set");
    }
    return new Entries.Put(
        new EntryKey(request.getModule(), request.getType(), request.getKey()),
        request.getValue().toByteArray(),
        request.getContentType(),
        request.getAbsent(),
        request.hasTtl() ? Optional.of(duration(request.getTtl())) : Optional.empty(),
        request.getDevice(),
        request.getTagsList(),
        rule(request));
  }

  static Entries.Put put(FulfilRequest request) {
    if (request.getAbsent() && !request.getValue().isEmpty()) {
      throw CommonErrors.invalidField("value", "must be empty when absent is set");
    }
    return new Entries.Put(
        new EntryKey(request.getModule(), request.getType(), request.getKey()),
        request.getValue().toByteArray(),
        request.getContentType(),
        request.getAbsent(),
        request.hasTtl() ? Optional.of(duration(request.getTtl())) : Optional.empty(),
        request.getDevice(),
        request.getTagsList(),
        new WriteRule.IfLeased(request.getToken()));
  }

  static Leases.Request lease(LeaseRequest request) {
    return new Leases.Request(
        new EntryKey(request.getModule(), request.getType(), request.getKey()),
        request.hasWait() ? duration(request.getWait()) : java.time.Duration.ZERO,
        request.hasLeaseTtl() ? duration(request.getLeaseTtl()) : DEFAULT_LEASE,
        request.getAcceptStale());
  }

  static LeaseResponse response(LeaseOutcome outcome) {
    LeaseResponse.Builder response = LeaseResponse.newBuilder();
    switch (outcome) {
      case LeaseOutcome.There(Entry entry) ->
          response.setEntry(response(new Lookup.Hit(entry), ""));
      case LeaseOutcome.Granted(String token, Instant expires) ->
          response.setLease(
              LeaseGrant.newBuilder().setToken(token).setExpireTime(timestamp(expires)));
      case LeaseOutcome.Stale(Entry entry) ->
          response.setStale(response(new Lookup.Hit(entry), ""));
      case LeaseOutcome.Loading(java.time.Duration retryAfter) ->
          response.setLoading(LeaseWait.newBuilder().setRetryAfter(duration(retryAfter)));
    }
    return response.build();
  }

  static GetResponse response(Lookup lookup, String ifNoneMatch) {
    return switch (lookup) {
      case Lookup.Miss() -> miss(MissReason.MISS_REASON_ABSENT);
      case Lookup.Invalidated() -> miss(MissReason.MISS_REASON_INVALIDATED);
      case Lookup.Unreadable() -> miss(MissReason.MISS_REASON_UNREADABLE);
      case Lookup.Hit(Entry entry) when isHit(entry) -> hit(entry, ifNoneMatch);
      case Lookup.Hit(Entry entry) ->
          miss(
              entry.content().kind() == EntryKind.BYTES
                  ? MissReason.MISS_REASON_KNOWN_ABSENT
                  : MissReason.MISS_REASON_ABSENT);
    };
  }

  /** Whether there is a value to be answered with. */
  static boolean isHit(Entry entry) {
    return entry.content().kind() == EntryKind.BYTES && !entry.content().absent();
  }

  /** Whether it is the version that the caller has. */
  static boolean isSame(Entry entry, String ifNoneMatch) {
    OptionalLong version = Etags.parse(ifNoneMatch);
    return version.isPresent() && version.getAsLong() == entry.content().version();
  }

  static EntryMetadata metadata(Entry entry) {
    Content content = entry.content();
    return EntryMetadata.newBuilder()
        .setEtag(content.etag())
        .setCreateTime(timestamp(content.createTime()))
        .setExpireTime(timestamp(entry.readAt().plus(entry.ttl())))
        .setAge(duration(entry.age()))
        .setTtlLeft(duration(entry.ttl()))
        .setContentType(content.contentType())
        .setSizeBytes(content.size())
        .setStoredBytes(entry.chargedBytes())
        .addAllTags(content.tags())
        .setKind(kind(content))
        .build();
  }

  static ValueKind kind(Content content) {
    return content.absent() ? ValueKind.VALUE_KIND_ABSENCE : content.kind().proto();
  }

  static OptionalLong version(String path, String etag) {
    if (etag.isEmpty()) {
      return OptionalLong.empty();
    }
    OptionalLong version = Etags.parse(etag);
    if (version.isEmpty()) {
      throw CommonErrors.invalidField(path, "not an etag of the cache");
    }
    return version;
  }

  static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  /** Whether the same write once more is answered as if it were the first. */
  static boolean mayBeRepeated(SetRequest request) {
    return switch (request.getCondition()) {
      case WRITE_CONDITION_IF_ABSENT, WRITE_CONDITION_IF_ETAG -> false;
      case WRITE_CONDITION_UNSPECIFIED,
          WRITE_CONDITION_ALWAYS,
          WRITE_CONDITION_IF_PRESENT,
          UNRECOGNIZED ->
          true;
    };
  }

  private static WriteRule rule(SetRequest request) {
    OptionalLong version = version("etag", request.getEtag());
    if (version.isPresent() && request.getCondition() != WriteCondition.WRITE_CONDITION_IF_ETAG) {
      throw CommonErrors.invalidField("etag", "goes with WRITE_CONDITION_IF_ETAG only");
    }
    return switch (request.getCondition()) {
      case WRITE_CONDITION_UNSPECIFIED, WRITE_CONDITION_ALWAYS -> new WriteRule.Always();
      case WRITE_CONDITION_IF_ABSENT -> new WriteRule.IfAbsent();
      case WRITE_CONDITION_IF_PRESENT -> new WriteRule.IfPresent();
      case WRITE_CONDITION_IF_ETAG ->
          new WriteRule.IfVersion(
              version.orElseThrow(
                  () ->
                      CommonErrors.invalidField("etag", "required with WRITE_CONDITION_IF_ETAG")));
      case UNRECOGNIZED -> throw CommonErrors.invalidField("condition", "unknown");
    };
  }

  private static GetResponse hit(Entry entry, String ifNoneMatch) {
    boolean same = isSame(entry, ifNoneMatch);
    ByteString value = same ? ByteString.EMPTY : entry.content().bytes();
    return GetResponse.newBuilder()
        .setHit(true)
        .setNotModified(same)
        .setValue(value)
        .setMetadata(metadata(entry))
        .build();
  }

  private static GetResponse miss(MissReason reason) {
    return GetResponse.newBuilder().setMissReason(reason).build();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.toSeconds())
        .setNanos(duration.toNanosPart())
        .build();
  }

  static CacheFlush flush(Flush flush) {
    CacheFlush.Builder proto =
        CacheFlush.newBuilder()
            .setId(flush.id())
            .setState(
                flush.ended().isPresent()
                    ? FlushState.FLUSH_STATE_DONE
                    : FlushState.FLUSH_STATE_RECLAIMING)
            .setReclaimedKeys(flush.reclaimedKeys())
            .setReclaimedBytes(flush.reclaimedBytes())
            .setStartTime(timestamp(flush.started()));
    flush.ended().ifPresent(ended -> proto.setEndTime(timestamp(ended)));
    return proto.build();
  }
}
