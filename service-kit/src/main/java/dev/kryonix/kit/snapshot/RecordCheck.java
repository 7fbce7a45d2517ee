package dev.kryonix.kit.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.Record;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holds a stream of records to the contract: each well-formed, all in strictly ascending order of
 * (collection, key), and the footer what they come to. Used alike on both ends. Used by one thread.
 */
public final class RecordCheck {
  private static final Pattern COLLECTION = Pattern.compile("[a-z0-9_.]{1,64}");
  private static final int MAX_KEY_BYTES = 2048;
  private static final int MAX_VALUE_BYTES = 15 * 1024 * 1024;
  private static final Comparator<ByteString> UNSIGNED =
      ByteString.unsignedLexicographicalComparator();

  private final Digest digest = new Digest();
  private @Nullable Record last;

  /**
   * Takes the next record in. Returns what is wrong with it, for the one who sent it; empty when
   * nothing is.
   */
  public Optional<String> add(Record record) {
    Optional<String> wrong = wrong(record);
    if (wrong.isEmpty()) {
      digest.add(record);
      last = record;
    }
    return wrong;
  }

  /** The footer of the records so far, for the sender's end. No record can be added afterwards. */
  public Footer footer() {
    return digest.footer();
  }

  /** Ends the stream with its footer. Returns what is wrong with it; empty when nothing is. */
  public Optional<String> end(Footer footer) {
    if (!footer.getCountsMap().equals(digest.counts())) {
      return Optional.of(
          "counts are "
              + footer.getCountsMap()
              + ", but the records received come to "
              + digest.counts());
    }
    return digest.footer().getDigest().equals(footer.getDigest())
        ? Optional.empty()
        : Optional.of("digest differs from that of the records received");
  }

  private Optional<String> wrong(Record record) {
    if (!COLLECTION.matcher(record.getCollection()).matches()) {
      return Optional.of("collection must be 1 to 64 characters of [a-z0-9_.]");
    }
    if (record.getKey().isEmpty() || record.getKey().size() > MAX_KEY_BYTES) {
      return Optional.of("key must have 1 to 2048 bytes");
    }
    if (record.getValue().size() > MAX_VALUE_BYTES) {
      return Optional.of("value must have at most 15728640 bytes");
    }
    if (last != null && compare(last, record) >= 0) {
      return Optional.of(
          "out of order: a record of %s follows one of %s whose (collection, key) is not smaller"
              .formatted(record.getCollection(), last.getCollection()));
    }
    return Optional.empty();
  }

  private static int compare(Record a, Record b) {
    int byCollection = UNSIGNED.compare(a.getCollectionBytes(), b.getCollectionBytes());
    return byCollection != 0 ? byCollection : UNSIGNED.compare(a.getKey(), b.getKey());
  }
}
