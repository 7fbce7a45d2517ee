package dev.kryonix.cache.sync;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.cache.v1.Document;
import java.nio.ByteBuffer;

/**
 * A document as it is kept.
 *
 * @param document the document
 * @param whole the clock of the last change of the whole document, which a field without a clock of
 *     its own has, and one that is not there
 */
record StoredDocument(Document document, long whole) {
  static StoredDocument parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long whole = in.getLong();
    try {
      return new StoredDocument(Document.parseFrom(in), whole);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry that opened holds no document", e);
    }
  }

  byte[] bytes() {
    byte[] kept = document.toByteArray();
    return ByteBuffer.allocate(Long.BYTES + kept.length).putLong(whole).put(kept).array();
  }

  long version() {
    return document.getVersion();
  }

  /** The clock of a field's last change. */
  long versionOf(String field) {
    return document.getFieldVersionsOrDefault(field, whole);
  }
}
