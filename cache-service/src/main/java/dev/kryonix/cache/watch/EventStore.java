package dev.kryonix.cache.watch;

import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.Ledger;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of buckets in Redis: numbered streams that the ledger's scripts write. */
@Singleton
final class EventStore {
  private static final Script WATCH = Ledger.script(EventStore.class, "watch.lua");
  private static final int READ_AT_ONCE = 200;

  private final Keyspace keyspace;
  private final SecureRandom random = new SecureRandom();

  EventStore(Redis redis) {
    this.keyspace = redis.keyspace(Purpose.API);
  }

  /** Has events kept from now on, or for longer; answers the era and the last event. */
  Cursor.Place keep(Bucket bucket) {
    List<Object> state =
        WATCH.list(
            keyspace,
            Ledger.keys(bucket),
            Ledger.arguments(bucket, Script.arg(random.nextInt(Integer.MAX_VALUE))));
    return new Cursor.Place((int) (long) (Long) state.get(0), (Long) state.get(1));
  }

  /** Changes whenever the events may be those of another Redis, which has not kept them. */
  long breaks() {
    return keyspace.breaks();
  }

  /** The events after one, the first of those that are still held. */
  List<Event> after(Bucket bucket, long number) {
    Range<String> later = Range.create((number + 1) + "-0", "+");
    return keyspace
        .await(keyspace.commands().xrange(bucket.named("events"), later, Limit.from(READ_AT_ONCE)))
        .stream()
        .map(EventStore::event)
        .toList();
  }

  private static Event event(StreamMessage<byte[], byte[]> message) {
    char what = '?';
    byte[] subject = {};
    byte[] digests = {};
    long time = 0;
    for (var field : message.getBody().entrySet()) {
      byte[] value = field.getValue();
      switch (text(field.getKey())) {
        case "k" -> what = text(value).charAt(0);
        case "s" -> subject = value;
        case "t" -> digests = value;
        case "at" -> time = (long) Double.parseDouble(text(value));
        default -> throw new IllegalStateException("an event has a field that it must not have");
      }
    }
    String id = message.getId();
    return new Event(
        Long.parseLong(id.substring(0, id.indexOf('-'))), what, subject, digests, time);
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}
