package dev.kryonix.backup.source;

import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.snapshot.Digest;
import dev.kryonix.kit.streams.StreamSender;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A running import: records in order, then the switch. Used by one thread. */
public final class SourceImport implements AutoCloseable {
  private final Source source;
  private final StreamSender<ImportRequest, ImportResponse> sender;
  private final Digest digest = new Digest();

  /**
   * What is replaced.
   *
   * @param format the version of the record encoding
   * @param modules the modules whose records are replaced; empty means all
   */
  public record Target(int format, List<String> modules) {
    public Target {
      modules = List.copyOf(modules);
    }
  }

  SourceImport(Source source, StreamSender<ImportRequest, ImportResponse> sender) {
    this.source = source;
    this.sender = sender;
  }

  public void send(Record record) throws SourceException {
    try {
      sender.send(ImportRequest.newBuilder().setRecord(record).build());
    } catch (StatusRuntimeException e) {
      throw SourceStatus.toException(source, e);
    }
    digest.add(record);
  }

  /** The number of records sent, per collection. */
  public SortedMap<String, Long> counts() {
    return new TreeMap<>(digest.counts());
  }

  /** Ends the stream; the source checks it, makes the switch, and answers. */
  public ImportResponse finish() throws SourceException {
    try {
      sender.send(ImportRequest.newBuilder().setFooter(digest.footer()).build());
      return sender.finish();
    } catch (StatusRuntimeException e) {
      throw SourceStatus.toException(source, e);
    }
  }

  /** Ends the import; one that was not finished leaves everything as it was. */
  @Override
  public void close() {
    sender.close();
  }
}
