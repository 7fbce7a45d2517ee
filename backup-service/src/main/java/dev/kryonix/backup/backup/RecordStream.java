package dev.kryonix.backup.backup;

import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.repository.RepositoryReader;
import dev.kryonix.kit.snapshot.RecordCheck;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The records of a stored source, in order, each with its length before it as protobuf delimits
 * messages.
 */
public final class RecordStream implements AutoCloseable {
  private final InputStream in;

  private RecordStream(InputStream in) {
    this.in = in;
  }

  public static RecordStream open(RepositoryReader reader, Manifest.Source source) {
    return new RecordStream(new BufferedInputStream(reader.open(source.content().tree())));
  }

  /** The next record, or empty after the last. */
  public Optional<Record> next() throws IOException {
    Record record = Record.parseDelimitedFrom(in);
    return Optional.ofNullable(record);
  }

  /**
   * Reads all of a source and compares it with the manifest. Returns what does not hold; empty when
   * all does.
   */
  public static Optional<String> check(RepositoryReader reader, Manifest.Source source)
      throws IOException {
    RecordCheck check = new RecordCheck();
    try (RecordStream records = open(reader, source)) {
      for (Optional<Record> next = records.next(); next.isPresent(); next = records.next()) {
        Optional<String> wrong = check.add(next.get());
        if (wrong.isPresent()) {
          return wrong;
        }
      }
    } catch (EOFException e) {
      return Optional.of("the stream ends within a record");
    }
    return check.end(
        Footer.newBuilder()
            .putAllCounts(source.content().counts())
            .setDigest(source.digest())
            .build());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
