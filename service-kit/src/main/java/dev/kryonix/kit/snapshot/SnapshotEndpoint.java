package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.snapshot.v1.TailChangesRequest;
import dev.kryonix.api.snapshot.v1.TailChangesResponse;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Serves the contract's SnapshotSource on top of the service's {@link SnapshotStore} and, where it
 * has one, its {@link ChangeLog}.
 */
@Singleton
@Requires(beans = SnapshotStore.class)
public final class SnapshotEndpoint extends SnapshotSourceGrpc.SnapshotSourceImplBase {
  private final Exports exports;
  private final Imports imports;
  private final Optional<Tails> tails;

  SnapshotEndpoint(Exports exports, Imports imports, Optional<Tails> tails) {
    this.exports = exports;
    this.imports = imports;
    this.tails = tails;
  }

  @Override
  public void export(ExportRequest request, StreamObserver<ExportResponse> responses) {
    StreamWriter.serve(responses, writer -> exports.write(request, writer));
  }

  @Override
  public StreamObserver<ImportRequest> import_(StreamObserver<ImportResponse> responses) {
    return imports.receive(responses);
  }

  @Override
  public void tailChanges(
      TailChangesRequest request, StreamObserver<TailChangesResponse> responses) {
    if (tails.isEmpty()) {
      super.tailChanges(request, responses);
      return;
    }
    StreamWriter.serve(responses, writer -> tails.get().write(request, writer));
  }
}
