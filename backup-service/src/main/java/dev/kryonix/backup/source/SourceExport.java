package dev.kryonix.backup.source;

import dev.kryonix.api.snapshot.v1.ExportHeader;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.snapshot.RecordCheck;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A running export: its header, its records in order, then its footer, all held to the contract.
 * Used by one thread.
 */
public final class SourceExport implements AutoCloseable {
  private static final String BROKEN = "SNAPSHOT_POSITION_LOST";

  private final Source source;
  private final Context.CancellableContext context;
  private final Iterator<ExportResponse> messages;
  private final ExportHeader header;
  private final RecordCheck check = new RecordCheck();
  private Footer footer = Footer.getDefaultInstance();

  private SourceExport(
      Source source,
      Context.CancellableContext context,
      Iterator<ExportResponse> messages,
      ExportHeader header) {
    this.source = source;
    this.context = context;
    this.messages = messages;
    this.header = header;
  }

  static SourceExport open(
      Source source, Context.CancellableContext context, Callable<Iterator<ExportResponse>> call)
      throws SourceException {
    try {
      Iterator<ExportResponse> messages = context.call(call);
      ExportResponse first =
          messages.hasNext() ? messages.next() : ExportResponse.getDefaultInstance();
      if (!first.hasHeader()) {
        throw new SourceException(
            source, BROKEN, "The export of '" + source.id() + "' has no header");
      }
      return new SourceExport(source, context, messages, first.getHeader());
    } catch (StatusRuntimeException e) {
      throw SourceStatus.toException(source, e);
    } catch (SourceException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("starting a call throws nothing checked", e);
    }
  }

  public ExportHeader header() {
    return header;
  }

  /** The next record; empty after the last, when the footer has been checked. */
  public Optional<Record> next() throws SourceException {
    try {
      if (!messages.hasNext()) {
        throw broken("it ended without a footer");
      }
      ExportResponse message = messages.next();
      if (message.hasRecord()) {
        throwIf(check.add(message.getRecord()));
        return Optional.of(message.getRecord());
      }
      if (!message.hasFooter()) {
        throw broken("it has a second header");
      }
      throwIf(check.end(message.getFooter()));
      footer = message.getFooter();
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      throw SourceStatus.toException(source, e);
    }
  }

  /** The footer, once {@link #next} has returned empty. */
  public Footer footer() {
    return footer;
  }

  /** Ends the export, finished or not. */
  @Override
  public void close() {
    context.cancel(null);
  }

  private void throwIf(Optional<String> wrong) throws SourceException {
    if (wrong.isPresent()) {
      throw broken(wrong.get());
    }
  }

  private SourceException broken(String what) {
    return new SourceException(
        source, BROKEN, "The export of '" + source.id() + "' does not hold together: " + what);
  }
}
