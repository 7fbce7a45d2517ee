package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.SetArgs;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Flushes and invalidations of tags: in each bucket one mark makes all that was written before it
 * dead, in one step; {@link Reclaim} removes it afterwards. A flush has a record in Redis, so that
 * any instance can tell how far it is and go on with it.
 */
@Singleton
final class Flushes {
  private static final Script MARK = Ledger.script(Flushes.class, "mark.lua");
  private static final Duration REQUEST_KEPT = Duration.ofMinutes(10);
  private static final Duration DONE_KEPT = Duration.ofDays(1);
  private static final Duration KEPT = Duration.ofDays(7);
  private static final int ID_BYTES = 12;
  private static final String TAGS = "#:";
  private static final String MARKED = "marked";
  private static final String DONE = "done";

  private final Keyspace keyspace;
  private final Spaces spaces;
  private final Reclaimer reclaimer;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  Flushes(Redis redis, Spaces spaces, Reclaimer reclaimer, InstantSource clock) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.spaces = spaces;
    this.reclaimer = reclaimer;
    this.clock = clock;
  }

  /** Makes all entries with one of the tags dead. */
  void invalidate(TenantView tenant, List<String> tags) {
    byte[][] arguments = new byte[2 + tags.size()][];
    arguments[0] = Script.arg(TAGS);
    arguments[1] = Tags.join(tags);
    for (int i = 0; i < tags.size(); i++) {
      arguments[2 + i] = Tags.digest(tags.get(i));
    }
    List<CompletableFuture<List<Object>>> marks =
        spaces.of(tenant).buckets().stream().map(bucket -> mark(bucket, arguments)).toList();
    marks.forEach(keyspace::await);
    reclaimer.wake(tenant);
  }

  /** Makes all entries of a module and a type, either empty for all, dead. */
  Flush begin(TenantView tenant, String module, String type, String requestId) {
    TenantSpace space = spaces.of(tenant);
    byte[] fresh = new byte[ID_BYTES];
    random.nextBytes(fresh);
    String id = idOf(space, requestId, HexFormat.of().formatHex(fresh));
    byte[] scope = Script.arg(module + ":" + type);
    byte[] record = record(space, id);
    keyspace.await(
        keyspace.commands().hsetnx(record, Script.arg("start"), Script.arg(clock.millis())));
    keyspace.await(keyspace.commands().hsetnx(record, Script.arg("scope"), scope));
    keyspace.await(keyspace.commands().pexpire(record, KEPT.toMillis()));
    Map<String, String> fields = fields(record);
    if (!(module + ":" + type).equals(fields.get("scope"))) {
      throw CommonErrors.requestIdReused(requestId);
    }
    for (int i = 0; i < space.spread(); i++) {
      if (!fields.containsKey(bucketField(i))) {
        begin(space, i, id, scope);
      }
    }
    reclaimer.wake(tenant);
    return find(tenant, id).orElseThrow(() -> new IllegalStateException("a flush was lost"));
  }

  /** A flush that is running, or was done within a day. */
  Optional<Flush> find(TenantView tenant, String id) {
    Map<String, String> fields = fields(record(spaces.of(tenant), id));
    if (!fields.containsKey("start")) {
      return Optional.empty();
    }
    return Optional.of(
        new Flush(
            id,
            Long.parseLong(fields.getOrDefault("keys", "0")),
            Long.parseLong(fields.getOrDefault("bytes", "0")),
            Instant.ofEpochMilli(Long.parseLong(fields.get("start"))),
            Optional.ofNullable(fields.get("end"))
                .map(Long::parseLong)
                .map(Instant::ofEpochMilli)));
  }

  /** Notes that so much of a flush has been removed. */
  static void progress(Keyspace keyspace, TenantSpace space, String id, long keys, long bytes) {
    byte[] record = record(space, id);
    keyspace.await(keyspace.commands().hincrby(record, Script.arg("keys"), keys));
    keyspace.await(keyspace.commands().hincrby(record, Script.arg("bytes"), bytes));
  }

  /** Notes that all of a flush has been removed from a bucket. */
  static void done(Keyspace keyspace, TenantSpace space, int bucket, String id, Instant now) {
    byte[] record = record(space, id);
    keyspace.await(
        keyspace.commands().hset(record, Script.arg(bucketField(bucket)), Script.arg(DONE)));
    for (int i = 0; i < space.spread(); i++) {
      byte @Nullable [] state =
          keyspace.await(keyspace.commands().hget(record, Script.arg(bucketField(i))));
      if (state == null || !DONE.equals(text(state))) {
        return;
      }
    }
    keyspace.await(
        keyspace.commands().hsetnx(record, Script.arg("end"), Script.arg(now.toEpochMilli())));
    keyspace.await(keyspace.commands().pexpire(record, DONE_KEPT.toMillis()));
  }

  private void begin(TenantSpace space, int number, String id, byte[] scope) {
    List<Object> answer =
        keyspace.await(mark(space.bucket(number), new byte[][] {scope, Script.arg(id)}));
    if ((Long) answer.getFirst() == 0) {
      throw EntryErrors.tooManyFlushes();
    }
    keyspace.await(
        keyspace
            .commands()
            .hsetnx(record(space, id), Script.arg(bucketField(number)), Script.arg(MARKED)));
    for (Object replaced : answer.subList(1, answer.size())) {
      done(keyspace, space, number, text((byte[]) replaced), clock.instant());
    }
  }

  private CompletableFuture<List<Object>> mark(Bucket bucket, byte[][] arguments) {
    return MARK.submitList(keyspace, Ledger.keys(bucket), Ledger.arguments(bucket, arguments));
  }

  /** The id of the flush that this request began before, or the new one. */
  private String idOf(TenantSpace space, String requestId, String fresh) {
    if (requestId.isEmpty()) {
      return fresh;
    }
    byte[] key = space.bucket(0).named("flush-request", requestId.getBytes(StandardCharsets.UTF_8));
    @Nullable String first =
        keyspace.await(
            keyspace.commands().set(key, Script.arg(fresh), SetArgs.Builder.nx().px(REQUEST_KEPT)));
    byte @Nullable [] before = first == null ? keyspace.await(keyspace.commands().get(key)) : null;
    return before == null ? fresh : text(before);
  }

  private Map<String, String> fields(byte[] record) {
    Map<String, String> fields = new HashMap<>();
    keyspace
        .await(keyspace.commands().hgetall(record))
        .forEach((field, value) -> fields.put(text(field), text(value)));
    return fields;
  }

  private static byte[] record(TenantSpace space, String id) {
    return space.bucket(0).named("flush", id.getBytes(StandardCharsets.UTF_8));
  }

  private static String bucketField(int number) {
    return "bucket" + number;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
