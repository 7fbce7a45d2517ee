package dev.kryonix.cache.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.DeviceClass;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryKind;
import dev.kryonix.kit.errors.CommonErrors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Entries as snapshot records, in clear so that the repository can find what has not changed.
 * Formats 3 and 4: version (8 bytes), written at (milliseconds, 8 bytes), 1 when absent plus twice
 * the number of its kind (1 byte), content type (modified UTF-8 with length), whether it serves
 * desktops (1 byte), number of tags (1 byte), the tags (modified UTF-8 with length), then the
 * value. Format 1 had neither of the three before the value, formats 1 and 2 no kind; both are read
 * still. Formats before 4 were of entries only, without sessions, collections and offline queues.
 */
final class EntryRecords {
  static final int FORMAT = 4;

  /** The first with sessions, collections and offline queues. */
  static final int PLATFORM_FORMAT = 4;

  private static final int FIRST_FORMAT = 1;

  private EntryRecords() {}

  /** An entry as a record; without an end when none is given. */
  static Record record(
      Section section, EntryKey address, Content content, Optional<Instant> expiry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(content.version());
      out.writeLong(content.createTime().toEpochMilli());
      out.writeByte((content.absent() ? 1 : 0) | content.kind().number() << 1);
      out.writeUTF(content.contentType());
      out.writeBoolean(content.serves() == DeviceClass.WEB);
      out.writeByte(content.tags().size());
      for (String tag : content.tags()) {
        out.writeUTF(tag);
      }
      out.write(content.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Record.Builder record =
        Record.newBuilder()
            .setCollection(section.collection())
            .setKey(ByteString.copyFrom(address.bytes()))
            .setValue(ByteString.copyFrom(bytes.toByteArray()))
            .setModule(module(address));
    expiry.ifPresent(
        at -> record.setExpireTime(Timestamp.newBuilder().setSeconds(at.getEpochSecond())));
    return record.build();
  }

  /** What is the platform's own belongs to no module. */
  private static String module(EntryKey address) {
    return address.isPlatform() ? "" : address.module();
  }

  static EntryKey address(Record record) {
    try {
      EntryKey address = EntryKey.parse(record.getKey().toByteArray());
      if (!module(address).equals(record.getModule())) {
        throw CommonErrors.invalidField("record.module", "not that of the address");
      }
      return address;
    } catch (IllegalArgumentException e) {
      throw CommonErrors.invalidField("record.key", "not the address of a cache entry");
    }
  }

  static Content content(Record record, int format) {
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(record.getValue().toByteArray()))) {
      long version = in.readLong();
      Instant createTime = Instant.ofEpochMilli(in.readLong());
      int state = in.readUnsignedByte();
      boolean absent = (state & 1) != 0;
      String contentType = in.readUTF();
      DeviceClass serves = DeviceClass.MOBILE;
      List<String> tags = new ArrayList<>();
      if (format > FIRST_FORMAT) {
        serves = in.readBoolean() ? DeviceClass.WEB : DeviceClass.MOBILE;
        for (int left = in.readUnsignedByte(); left > 0; left--) {
          tags.add(in.readUTF());
        }
      }
      byte[] value = in.readAllBytes();
      if (value.length > Content.MAX_VALUE_BYTES) {
        throw new IllegalArgumentException("a value of " + value.length + " bytes");
      }
      return new Content(
          value,
          contentType,
          absent,
          version,
          createTime,
          tags,
          serves,
          Duration.ZERO,
          EntryKind.of(state >> 1));
    } catch (IOException | IllegalArgumentException e) {
      throw CommonErrors.invalidField("record.value", "not a cache entry of format " + FORMAT);
    }
  }
}
