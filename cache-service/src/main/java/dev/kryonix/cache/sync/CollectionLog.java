package dev.kryonix.cache.sync;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of a collection's changes: each document's last, by a sequence number that only rises.
 * A tombstone leaves it when it has been kept long enough; who was behind it then, behind the
 * horizon, can no longer be told what was deleted.
 */
final class CollectionLog {
  /** The most documents, tombstones among them. */
  static final int MOST_DOCUMENTS = 10_000;

  /** The most bytes of all ids, so that the log stays below what an entry may have. */
  static final int MOST_ID_BYTES = 800_000;

  /** The place of the runs among the documents, none of which has an empty id. */
  private static final String RUNS = "";

  private final long epoch;
  private final Runs runs = new Runs();
  private final Map<String, Place> places = new LinkedHashMap<>();
  private long sequence;
  private long horizon;
  private long clock;
  private int idBytes;

  CollectionLog(long epoch) {
    this.epoch = epoch;
  }

  /** A document's last change, and until when it is kept when it is a tombstone, else 0. */
  private record Place(long sequence, long keptUntil) {
    boolean isOver(Instant now) {
      return keptUntil != 0 && keptUntil <= now.toEpochMilli();
    }
  }

  /** A document that has changed. */
  record Changed(String id, long sequence) {}

  /** Tells a collection from one that was there before and was lost. */
  long epoch() {
    return epoch;
  }

  /** The runs of Redis that it was changed in. */
  Runs runs() {
    return runs;
  }

  long sequence() {
    return sequence;
  }

  /** The latest clock of a change. */
  long clock() {
    return clock;
  }

  /** Whether there is room for a document. */
  boolean hasRoomFor(String id) {
    return places.containsKey(id)
        || (places.size() < MOST_DOCUMENTS && idBytes + bytes(id) <= MOST_ID_BYTES);
  }

  /** A document has changed; a tombstone is kept until then, else 0. */
  void changed(String id, long keptUntil, long changedAt) {
    Place before = places.remove(id);
    idBytes += before == null ? bytes(id) : 0;
    places.put(id, new Place(++sequence, keptUntil));
    clock = HybridClock.later(changedAt, clock);
  }

  /** The sequence number up to which tombstones have been dropped, or are to be. */
  long horizon(Instant now) {
    long furthest = horizon;
    for (Place each : places.values()) {
      furthest = each.isOver(now) ? Math.max(furthest, each.sequence()) : furthest;
    }
    return furthest;
  }

  /** Drops the tombstones that were kept long enough; tells their documents. */
  List<String> collect(Instant now) {
    horizon = horizon(now);
    List<String> dropped = new ArrayList<>();
    Iterator<Map.Entry<String, Place>> all = places.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Place> each = all.next();
      if (each.getValue().isOver(now)) {
        dropped.add(each.getKey());
        idBytes -= bytes(each.getKey());
        all.remove();
      }
    }
    return dropped;
  }

  /** The documents that have changed after a sequence number, in order, at most so many. */
  List<Changed> after(long last, int most, Instant now) {
    return places.entrySet().stream()
        .filter(each -> each.getValue().sequence() > last && !each.getValue().isOver(now))
        .limit(most)
        .map(each -> new Changed(each.getKey(), each.getValue().sequence()))
        .toList();
  }

  static CollectionLog parse(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      CollectionLog log = new CollectionLog(in.readFixed64());
      log.sequence = in.readInt64();
      log.horizon = in.readInt64();
      log.clock = in.readFixed64();
      while (!in.isAtEnd()) {
        String id = in.readStringRequireUtf8();
        if (id.equals(RUNS)) {
          log.runs.read(in);
          continue;
        }
        log.places.put(id, new Place(in.readInt64(), in.readInt64()));
        log.idBytes += bytes(id);
      }
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException("an entry that opened holds no log", e);
    }
  }

  byte[] bytes() {
    return bytes(epoch);
  }

  /** The same log of another epoch. */
  byte[] bytes(long ofEpoch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeFixed64NoTag(ofEpoch);
      out.writeInt64NoTag(sequence);
      out.writeInt64NoTag(horizon);
      out.writeFixed64NoTag(clock);
      out.writeStringNoTag(RUNS);
      runs.write(out);
      for (Map.Entry<String, Place> each : places.entrySet()) {
        out.writeStringNoTag(each.getKey());
        out.writeInt64NoTag(each.getValue().sequence());
        out.writeInt64NoTag(each.getValue().keptUntil());
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static int bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8).length;
  }
}
