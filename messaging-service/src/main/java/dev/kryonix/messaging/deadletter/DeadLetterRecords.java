package dev.kryonix.messaging.deadletter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.Portable;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.Attempts;
import dev.kryonix.messaging.retry.DeadReason;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;

/**
 * Dead letters as snapshot records: the key is the dead letter's id, the value what is known of its
 * death as JSON, with the length before it, and the message. A record ends when the dead letter
 * would be dropped.
 */
@Singleton
public final class DeadLetterRecords {
  /** The records' collection. */
  public static final String COLLECTION = "dead_letters";

  private static final int AT_ONCE = 20;

  private final DeadLetterStore store;
  private final Drain drain;
  private final Portable portable;
  private final Operations operations;

  DeadLetterRecords(DeadLetterStore store, Drain drain, Portable portable, Operations operations) {
    this.store = store;
    this.drain = drain;
    this.portable = portable;
    this.operations = operations;
  }

  /** Takes those that are still in the broker. */
  public void gather(TenantView tenant) throws InterruptedException {
    drain.drain(tenant);
  }

  /** What there is and is not known yet, in the order of the keys; it is known then. */
  public Iterator<Record> export(TenantView tenant, Set<String> known) {
    return new Export(tenant, known);
  }

  /** The record that a change of that place in the log has put. */
  public Optional<Record> changed(TenantView tenant, long place) {
    return store.changed(Owner.of(tenant), place).map(dead -> record(tenant, dead));
  }

  private Record record(TenantView tenant, DeadMessage dead) {
    byte[] about = about(dead).toString().getBytes(StandardCharsets.UTF_8);
    byte[] message = message(tenant, dead);
    Instant end = dead.time().plus(operations.retention(dead.module()));
    return Record.newBuilder()
        .setCollection(COLLECTION)
        .setKey(ByteString.copyFromUtf8(dead.id()))
        .setValue(
            ByteString.copyFrom(
                ByteBuffer.allocate(Integer.BYTES + about.length + message.length)
                    .putInt(about.length)
                    .put(about)
                    .put(message)
                    .flip()))
        .setModule(dead.module())
        .setExpireTime(
            Timestamp.newBuilder().setSeconds(end.getEpochSecond()).setNanos(end.getNano()))
        .build();
  }

  /** What died because it cannot be opened stays so. */
  private byte[] message(TenantView tenant, DeadMessage dead) {
    try {
      return portable.of(tenant, dead.properties(), dead.body());
    } catch (PayloadCorruptException e) {
      return portable.asItLies(dead.properties(), dead.body());
    }
  }

  private static JsonObject about(DeadMessage dead) {
    JsonObject about = new JsonObject();
    about.addProperty("module", dead.module());
    about.addProperty("operation", dead.operation());
    about.addProperty("source", dead.source());
    about.addProperty("reason", dead.reason().name());
    about.addProperty("time", dead.time().toString());
    about.addProperty("fingerprint", dead.fingerprint());
    about.addProperty("attempts", dead.attempts().failed());
    about.addProperty("firstError", dead.attempts().firstError());
    about.addProperty("lastError", dead.attempts().lastError());
    JsonArray times = new JsonArray();
    dead.attempts().times().forEach(time -> times.add(time.toEpochMilli()));
    about.add("attemptTimes", times);
    return about;
  }

  /** A restore of dead letters: nothing is seen of it before it is committed. */
  public final class Import {
    private final TenantView tenant;
    private final UUID id;

    private Import(TenantView tenant, UUID id) {
      this.tenant = tenant;
      this.id = id;
    }

    public void stage(Record record) {
      store.stage(Owner.of(tenant), id, dead(tenant, record));
    }

    /** Puts what is staged among the dead letters; one that is there already stays as it is. */
    public void commit(Tx tx) throws SQLException {
      store.commit(tx, Owner.of(tenant), id);
    }

    public void drop() {
      store.drop(Owner.of(tenant), id);
    }
  }

  /** Begins a restore. */
  public Import begin(TenantView tenant, UUID id) {
    return new Import(tenant, id);
  }

  private DeadMessage dead(TenantView tenant, Record record) {
    ByteBuffer in = record.getValue().asReadOnlyByteBuffer();
    try {
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw malformed();
      }
      byte[] json = new byte[length];
      in.get(json);
      JsonObject about =
          JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
      Packed packed = portable.read(tenant, in);
      List<Instant> times = new ArrayList<>();
      for (JsonElement millis : about.getAsJsonArray("attemptTimes")) {
        times.add(Instant.ofEpochMilli(millis.getAsLong()));
      }
      return new DeadMessage(
          record.getKey().toStringUtf8(),
          text(about, "module"),
          text(about, "operation"),
          text(about, "source"),
          DeadReason.valueOf(text(about, "reason")),
          new Attempts(
              about.get("attempts").getAsInt(),
              times,
              text(about, "firstError"),
              text(about, "lastError")),
          Instant.parse(text(about, "time")),
          text(about, "fingerprint"),
          packed.properties(),
          packed.body());
    } catch (BufferUnderflowException
        | JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | DateTimeException e) {
      throw malformed();
    }
  }

  private static String text(JsonObject about, String name) {
    JsonElement value = about.get(name);
    if (value == null) {
      throw malformed();
    }
    return value.getAsString();
  }

  private static RuntimeException malformed() {
    return CommonErrors.invalidField("record.value", "not a dead letter of format 2");
  }

  /** Reads a few at a time. */
  private final class Export implements Iterator<Record> {
    private final TenantView tenant;
    private final Set<String> known;
    private final Queue<Record> read = new ArrayDeque<>();
    private String last = "";
    private boolean ended;

    Export(TenantView tenant, Set<String> known) {
      this.tenant = tenant;
      this.known = known;
    }

    @Override
    public boolean hasNext() {
      while (read.isEmpty() && !ended) {
        List<DeadMessage> page = store.after(Owner.of(tenant), last, AT_ONCE);
        ended = page.size() < AT_ONCE;
        for (DeadMessage dead : page) {
          last = dead.id();
          if (known.add(dead.id())) {
            read.add(record(tenant, dead));
          }
        }
      }
      return !read.isEmpty();
    }

    @Override
    public Record next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return read.remove();
    }
  }
}
