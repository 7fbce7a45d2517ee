package dev.kryonix.bench.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.Vector;
import org.jspecify.annotations.Nullable;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;
import site.ycsb.DB;
import site.ycsb.Status;

/**
 * A cache as YCSB drives it. A record is one value with all of its fields; YCSB makes one binding
 * for each of its threads, and all of them share one peer, as threads of a program do.
 */
abstract class YcsbBinding extends DB {
  private static final Object LOCK = new Object();
  private static @Nullable Peer shared;
  private static int users;

  private @Nullable Peer peer;

  /** The peer that the binding is for, as the environment tells. */
  abstract Peer connect();

  @Override
  public void init() {
    synchronized (LOCK) {
      if (shared == null) {
        shared = connect();
      }
      users++;
      peer = shared;
    }
  }

  @Override
  public void cleanup() {
    synchronized (LOCK) {
      if (--users == 0 && shared != null) {
        shared.close();
        shared = null;
      }
    }
  }

  @Override
  public Status read(
      String table, String key, @Nullable Set<String> fields, Map<String, ByteIterator> result) {
    byte @Nullable [] value = peer().get(key);
    if (value == null) {
      return Status.NOT_FOUND;
    }
    record(value)
        .forEach(
            (name, field) -> {
              if (fields == null || fields.contains(name)) {
                result.put(name, new ByteArrayByteIterator(field));
              }
            });
    return Status.OK;
  }

  @Override
  public Status insert(String table, String key, Map<String, ByteIterator> values) {
    peer().set(key, bytes(values));
    return Status.OK;
  }

  /** YCSB is told to write all fields, so that an update needs no read. */
  @Override
  public Status update(String table, String key, Map<String, ByteIterator> values) {
    return insert(table, key, values);
  }

  @Override
  public Status delete(String table, String key) {
    return Status.NOT_IMPLEMENTED;
  }

  @Override
  @SuppressWarnings({"JdkObsolete", "NonApiType"}) // YCSB's signature.
  public Status scan(
      String table,
      String startkey,
      int recordcount,
      Set<String> fields,
      Vector<HashMap<String, ByteIterator>> result) {
    return Status.NOT_IMPLEMENTED;
  }

  private Peer peer() {
    Peer connected = peer;
    if (connected == null) {
      throw new IllegalStateException("not initialised");
    }
    return connected;
  }

  static byte[] bytes(Map<String, ByteIterator> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (Map.Entry<String, ByteIterator> field : fields.entrySet()) {
        byte[] value = field.getValue().toArray();
        out.writeUTF(field.getKey());
        out.writeInt(value.length);
        out.write(value);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static Map<String, byte[]> record(byte[] bytes) {
    Map<String, byte[]> fields = new HashMap<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      while (in.available() > 0) {
        String name = in.readUTF();
        byte[] value = new byte[in.readInt()];
        in.readFully(value);
        fields.put(name, value);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fields;
  }
}
