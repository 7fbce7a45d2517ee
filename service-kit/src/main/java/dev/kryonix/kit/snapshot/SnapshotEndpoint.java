package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;

/**
 * Serves the contract's SnapshotSource on top of the service's {@link SnapshotStore}. Changes are
 * not tailed yet.
 */
@Singleton
@Requires(beans = SnapshotStore.class)
public final class SnapshotEndpoint extends SnapshotSourceGrpc.SnapshotSourceImplBase {
  private final Exports exports;
  private final Imports imports;

  SnapshotEndpoint(Exports exports, Imports imports) {
    this.exports = exports;
    this.imports = imports;
  }

  @Override
  public void export(ExportRequest request, StreamObserver<ExportResponse> responses) {
    StreamWriter.serve(responses, writer -> exports.write(request, writer));
  }

  @Override
  public StreamObserver<ImportRequest> import_(StreamObserver<ImportResponse> responses) {
    return imports.receive(responses);
  }
}
