package dev.kryonix.kit.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.Record;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stream of records comes to: how many of each collection, and one SHA-256 over all, as the
 * contract's Footer defines them. Used alike by whoever sends the stream and whoever receives it.
 * Used by one thread.
 */
public final class Digest {
  private final Map<String, Long> counts = new TreeMap<>();
  private final MessageDigest sha256;
  private final byte[] length = new byte[Integer.BYTES];

  public Digest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not to be had", e);
    }
  }

  /** Takes the next record in. */
  public void add(Record record) {
    counts.merge(record.getCollection(), 1L, Long::sum);
    update(record.getCollectionBytes());
    update(record.getKey());
    update(record.getValue());
  }

  /** The number of records so far, per collection. */
  public Map<String, Long> counts() {
    return Map.copyOf(counts);
  }

  /** The footer of the records so far. Ends the digest: no record can be added afterwards. */
  public Footer footer() {
    return Footer.newBuilder()
        .putAllCounts(counts)
        .setDigest(ByteString.copyFrom(sha256.digest()))
        .build();
  }

  private void update(ByteString part) {
    ByteBuffer.wrap(length).putInt(part.size());
    sha256.update(length);
    part.asReadOnlyByteBufferList().forEach(sha256::update);
  }
}
