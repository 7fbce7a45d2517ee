package dev.kryonix.kit.telemetry;

import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** The header tracestate (W3C Trace Context): what tracing systems on the way say to themselves. */
final class TraceState {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

  private TraceState() {}

  /** All of it, in the order in which it came; empty when there is none. */
  static String in(Metadata headers) {
    @Nullable Iterable<String> given = headers.getAll(HEADER);
    return given == null ? "" : String.join(",", given);
  }
}
