package dev.kryonix.backup.source;

import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ImportHeader;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.server.Channels;
import dev.kryonix.kit.streams.StreamSender;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Opens exports from the sources and imports into them, with this service's own token. */
@Singleton
public final class Sources {
  /** No stream of one source takes longer; one that does is broken off. */
  private static final Duration LONGEST = Duration.ofHours(6);

  private final Channels channels;
  private final ServiceCredentials credentials;

  public Sources(Channels channels, ServiceCredentials credentials) {
    this.channels = channels;
    this.credentials = credentials;
  }

  /** Begins to read a source at a new point. No modules means all. */
  public SourceExport export(Source source, Owner owner, List<String> modules)
      throws SourceException {
    ExportRequest request =
        ExportRequest.newBuilder()
            .setTenant(owner.id().value())
            .setTenantUid(owner.uid().toBytes())
            .addAllModules(modules)
            .build();
    Context.CancellableContext context = Context.current().withCancellation();
    try {
      return SourceExport.open(
          source,
          context,
          () ->
              SnapshotSourceGrpc.newBlockingStub(channel(source))
                  .withCallCredentials(credentials)
                  .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS)
                  .export(request));
    } catch (SourceException | RuntimeException e) {
      context.cancel(null);
      throw e;
    }
  }

  /**
   * Begins to replace a source's data.
   *
   * @param importId the same for every attempt at the same replacement
   */
  public SourceImport begin(Source source, Owner owner, SourceImport.Target target, String importId)
      throws SourceException {
    ImportHeader header =
        ImportHeader.newBuilder()
            .setTenant(owner.id().value())
            .setTenantUid(owner.uid().toBytes())
            .setFormat(target.format())
            .addAllModules(target.modules())
            .setImportId(importId)
            .build();
    SnapshotSourceGrpc.SnapshotSourceStub stub =
        SnapshotSourceGrpc.newStub(channel(source))
            .withCallCredentials(credentials)
            .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS);
    StreamSender<ImportRequest, ImportResponse> sender = StreamSender.open(stub::import_);
    try {
      sender.send(ImportRequest.newBuilder().setHeader(header).build());
    } catch (StatusRuntimeException e) {
      sender.close();
      throw SourceStatus.toException(source, e);
    }
    return new SourceImport(source, sender);
  }

  private ManagedChannel channel(Source source) {
    return channels.to(source.id());
  }
}
