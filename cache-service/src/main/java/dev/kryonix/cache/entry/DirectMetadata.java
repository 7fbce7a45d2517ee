package dev.kryonix.cache.entry;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import dev.kryonix.api.cache.v1.EntryMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;

/** An {@link EntryMetadata}, whose bytes are made at once, since it is a few numbers. */
final class DirectMetadata extends DirectMessage {
  /** The most that fields of a length that is bounded come to, with their tags. */
  private static final int MOST_BYTES_OF_NUMBERS = 144;

  private static final int MOST_BYTES_OF_A_CHAR = 3;
  private static final int MOST_BYTES_BEFORE_A_TEXT = 3;

  private final byte[] bytes;
  private final int length;

  DirectMetadata(Entry entry) {
    Content content = entry.content();
    this.bytes = new byte[MOST_BYTES_OF_NUMBERS + mostOfTexts(content)];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      write(entry, content, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.length = out.getTotalBytesWritten();
  }

  private static int mostOfTexts(Content content) {
    int most = mostOf(content.contentType());
    for (String tag : content.tags()) {
      most += mostOf(tag);
    }
    return most;
  }

  private static int mostOf(String text) {
    return MOST_BYTES_BEFORE_A_TEXT + MOST_BYTES_OF_A_CHAR * text.length();
  }

  private static void write(Entry entry, Content content, CodedOutputStream out)
      throws IOException {
    Instant created = content.createTime();
    Instant expires = entry.readAt().plus(entry.ttl());
    Duration age = entry.age();
    Duration left = entry.ttl();
    out.writeString(EntryMetadata.ETAG_FIELD_NUMBER, content.etag());
    time(out, EntryMetadata.CREATE_TIME_FIELD_NUMBER, created.getEpochSecond(), created.getNano());
    time(out, EntryMetadata.EXPIRE_TIME_FIELD_NUMBER, expires.getEpochSecond(), expires.getNano());
    time(out, EntryMetadata.AGE_FIELD_NUMBER, age.getSeconds(), age.getNano());
    time(out, EntryMetadata.TTL_LEFT_FIELD_NUMBER, left.getSeconds(), left.getNano());
    if (!content.contentType().isEmpty()) {
      out.writeString(EntryMetadata.CONTENT_TYPE_FIELD_NUMBER, content.contentType());
    }
    if (content.size() != 0) {
      out.writeInt64(EntryMetadata.SIZE_BYTES_FIELD_NUMBER, content.size());
    }
    if (entry.chargedBytes() != 0) {
      out.writeInt64(EntryMetadata.STORED_BYTES_FIELD_NUMBER, entry.chargedBytes());
    }
    for (String tag : content.tags()) {
      out.writeString(EntryMetadata.TAGS_FIELD_NUMBER, tag);
    }
    out.writeEnum(EntryMetadata.KIND_FIELD_NUMBER, EntryProtos.kind(content).getNumber());
  }

  /** A Timestamp or a Duration of protobuf, which have the same two fields. */
  private static void time(CodedOutputStream out, int field, long seconds, int nanos)
      throws IOException {
    int size = 0;
    if (seconds != 0) {
      size += CodedOutputStream.computeInt64Size(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    }
    if (nanos != 0) {
      size += CodedOutputStream.computeInt32Size(Timestamp.NANOS_FIELD_NUMBER, nanos);
    }
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(size);
    if (seconds != 0) {
      out.writeInt64(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    }
    if (nanos != 0) {
      out.writeInt32(Timestamp.NANOS_FIELD_NUMBER, nanos);
    }
  }

  @Override
  int measured() {
    return length;
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }
}
