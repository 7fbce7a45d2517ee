package dev.kryonix.cache.sync;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order of a device's offline operations, by a number for each, and the ids of the last ones
 * that were carried out, as digests.
 */
final class OfflineLog {
  /** The most operations that wait. */
  static final int MOST_WAITING = 10_000;

  /** How many that were carried out are remembered. */
  static final int MOST_DONE = 5_000;

  /** The most bytes of all ids that wait, so that the log stays below what an entry may have. */
  static final int MOST_ID_BYTES = 800_000;

  private static final int DIGEST_BYTES = 16;

  private final Map<String, Long> waiting = new LinkedHashMap<>();
  private final Set<ByteString> done = new LinkedHashSet<>();
  private long last;
  private int idBytes;

  /** Whether the operation waits or was carried out. */
  boolean knows(String id) {
    return waiting.containsKey(id) || done.contains(digest(id));
  }

  boolean isDone(String id) {
    return done.contains(digest(id));
  }

  int size() {
    return waiting.size();
  }

  /** Whether there are more operations than may wait, or longer ids. */
  boolean isOverfull() {
    return waiting.size() > MOST_WAITING || idBytes > MOST_ID_BYTES;
  }

  /** Adds an operation; answers its number. */
  long add(String id) {
    waiting.put(id, ++last);
    idBytes += bytes(id);
    return last;
  }

  /** The numbers of the first operations. */
  List<Long> first(int most) {
    return waiting.values().stream().limit(most).toList();
  }

  boolean waits(String id) {
    return waiting.containsKey(id);
  }

  /** Takes the first operations out, through that one, at most so many; answers their numbers. */
  List<Long> acknowledge(String through, int most) {
    List<String> ids = new ArrayList<>();
    for (String id : waiting.keySet()) {
      if (ids.size() == most) {
        break;
      }
      ids.add(id);
      if (id.equals(through)) {
        break;
      }
    }
    List<Long> numbers = new ArrayList<>();
    for (String id : ids) {
      numbers.add(waiting.remove(id));
      idBytes -= bytes(id);
      done.add(digest(id));
    }
    while (done.size() > MOST_DONE) {
      done.remove(done.iterator().next());
    }
    return numbers;
  }

  static OfflineLog parse(byte[] bytes) {
    OfflineLog log = new OfflineLog();
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      log.last = in.readInt64();
      for (int left = in.readInt32(); left > 0; left--) {
        log.done.add(ByteString.copyFrom(in.readRawBytes(DIGEST_BYTES)));
      }
      while (!in.isAtEnd()) {
        String id = in.readStringRequireUtf8();
        log.waiting.put(id, in.readInt64());
        log.idBytes += bytes(id);
      }
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException("an entry that opened holds no queue", e);
    }
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeInt64NoTag(last);
      out.writeInt32NoTag(done.size());
      for (ByteString each : done) {
        out.writeRawBytes(each);
      }
      for (Map.Entry<String, Long> each : waiting.entrySet()) {
        out.writeStringNoTag(each.getKey());
        out.writeInt64NoTag(each.getValue());
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

  private static ByteString digest(String id) {
    return ByteString.copyFrom(CollectionName.digest("operation", id), 0, DIGEST_BYTES);
  }
}
