package dev.kryonix.backup.backup;

import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.BackupState;
import dev.kryonix.api.backup.v1.BackupTrigger;
import dev.kryonix.api.backup.v1.BackupType;
import dev.kryonix.api.backup.v1.CancelBackupRequest;
import dev.kryonix.api.backup.v1.CancelBackupResponse;
import dev.kryonix.api.backup.v1.DeleteBackupRequest;
import dev.kryonix.api.backup.v1.DeleteBackupResponse;
import dev.kryonix.api.backup.v1.GetBackupRequest;
import dev.kryonix.api.backup.v1.GetBackupResponse;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.backup.v1.ListBackupsResponse;
import dev.kryonix.api.backup.v1.StartBackupRequest;
import dev.kryonix.api.backup.v1.StartBackupResponse;
import dev.kryonix.api.backup.v1.VerifyBackupRequest;
import dev.kryonix.api.backup.v1.VerifyBackupResponse;
import dev.kryonix.api.backup.v1.WatchBackupRequest;
import dev.kryonix.api.backup.v1.WatchBackupResponse;
import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.BackupStore;
import dev.kryonix.backup.catalogue.Changes;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.Progress;
import dev.kryonix.backup.catalogue.Request;
import dev.kryonix.backup.catalogue.Verification;
import dev.kryonix.backup.source.Source;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Serves BackupService. Policies and files are not served yet. */
@Singleton
final class BackupEndpoint extends BackupServiceGrpc.BackupServiceImplBase {
  private static final int DEFAULT_PAGE = 50;
  private static final double DEFAULT_SHARE = 1.0 / 30;
  private static final Duration WATCH_EVERY = Duration.ofMillis(250);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Names of sources that the contract knows and that are not served yet. */
  private static final Set<String> LATER_SOURCES = Set.of("files");

  private final Backups backups;
  private final Verifier verifier;
  private final TenantDirectory tenants;
  private final Changes changes;
  private final PageTokens pages;
  private final InstantSource clock;

  BackupEndpoint(
      Backups backups,
      Verifier verifier,
      TenantDirectory tenants,
      Changes changes,
      PageTokens pages,
      InstantSource clock) {
    this.backups = backups;
    this.verifier = verifier;
    this.tenants = tenants;
    this.changes = changes;
    this.pages = pages;
    this.clock = clock;
  }

  @Override
  public void startBackup(
      StartBackupRequest request, StreamObserver<StartBackupResponse> responses) {
    if (request.getType() == BackupType.BACKUP_TYPE_INCREMENTAL) {
      throw CommonErrors.notImplemented("backup.v1.StartBackupRequest.type=INCREMENTAL");
    }
    TenantView tenant = tenants.require(Callers.current());
    requireModules(tenant, request.getModulesList());
    Backup.Order order =
        new Backup.Order(
            Backup.Trigger.REQUEST,
            request.getModulesList().stream().sorted().toList(),
            request.getDescription(),
            new TreeMap<>(request.getLabelsMap()),
            request.getPinned(),
            BackupProtos.duration(request.getRetention()));
    Request identity =
        Request.of(request.getRequestId(), request.toBuilder().clearRequestId().build());
    Backup backup = backups.start(tenant, sources(request.getSourcesList()), order, identity);
    answer(
        responses,
        StartBackupResponse.newBuilder()
            .setBackup(BackupProtos.backup(backup, clock.instant()))
            .build());
  }

  @Override
  public void getBackup(GetBackupRequest request, StreamObserver<GetBackupResponse> responses) {
    Backup backup = backups.get(owner(), UUID.fromString(request.getBackup()));
    answer(
        responses,
        GetBackupResponse.newBuilder()
            .setBackup(BackupProtos.backup(backup, clock.instant()))
            .build());
  }

  @Override
  public void listBackups(
      ListBackupsRequest request, StreamObserver<ListBackupsResponse> responses) {
    Owner owner = owner();
    String listing =
        "ListBackups" + owner.uid() + request.toBuilder().clearPageSize().clearPageToken().build();
    BackupStore.Filter filter =
        new BackupStore.Filter(
            request.getState() == BackupState.BACKUP_STATE_UNSPECIFIED
                ? Optional.empty()
                : Optional.of(BackupProtos.state(request.getState())),
            request.getTrigger() == BackupTrigger.BACKUP_TRIGGER_UNSPECIFIED
                ? Optional.empty()
                : Optional.of(BackupProtos.trigger(request.getTrigger())),
            request.hasStartTime()
                ? Optional.of(BackupProtos.instant(request.getStartTime()))
                : Optional.empty(),
            request.hasEndTime()
                ? Optional.of(BackupProtos.instant(request.getEndTime()))
                : Optional.empty());
    if (request.getType() == BackupType.BACKUP_TYPE_INCREMENTAL) {
      answer(responses, ListBackupsResponse.getDefaultInstance());
      return;
    }
    Optional<Position> after = pages.position(listing, request.getPageToken());
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    Page<Backup> page = backups.list(owner, filter, after, size);
    ListBackupsResponse.Builder response =
        ListBackupsResponse.newBuilder().setNextPageToken(pages.after(listing, page.last()));
    page.items()
        .forEach(backup -> response.addBackups(BackupProtos.backup(backup, clock.instant())));
    answer(responses, response.build());
  }

  @Override
  public void watchBackup(
      WatchBackupRequest request, StreamObserver<WatchBackupResponse> responses) {
    Owner owner = owner();
    UUID id = UUID.fromString(request.getBackup());
    backups.get(owner, id);
    StreamWriter.serve(responses, writer -> watch(owner, id, writer));
  }

  @Override
  public void cancelBackup(
      CancelBackupRequest request, StreamObserver<CancelBackupResponse> responses) {
    Backup backup = backups.cancel(owner(), UUID.fromString(request.getBackup()));
    answer(
        responses,
        CancelBackupResponse.newBuilder()
            .setBackup(BackupProtos.backup(backup, clock.instant()))
            .build());
  }

  @Override
  public void deleteBackup(
      DeleteBackupRequest request, StreamObserver<DeleteBackupResponse> responses) {
    backups.delete(tenants.require(Callers.current()), UUID.fromString(request.getBackup()));
    answer(responses, DeleteBackupResponse.getDefaultInstance());
  }

  @Override
  public void verifyBackup(
      VerifyBackupRequest request, StreamObserver<VerifyBackupResponse> responses) {
    Verification.Depth depth = BackupProtos.depth(request.getDepth());
    if (request.getSampleShare() > 0 && depth != Verification.Depth.SAMPLE) {
      throw CommonErrors.invalidField("sample_share", "only with depth SAMPLE");
    }
    double share = request.getSampleShare() > 0 ? request.getSampleShare() : DEFAULT_SHARE;
    Verification verification =
        verifier.start(
            tenants.require(Callers.current()), UUID.fromString(request.getBackup()), depth, share);
    answer(
        responses,
        VerifyBackupResponse.newBuilder()
            .setVerification(BackupProtos.verification(verification))
            .build());
  }

  private void watch(Owner owner, UUID id, StreamWriter<WatchBackupResponse> writer)
      throws InterruptedException {
    Optional<Backup> shown = Optional.empty();
    while (true) {
      long seen = changes.rings();
      Backup now = backups.get(owner, id);
      if (!shown.equals(Optional.of(now))) {
        writer.write(
            WatchBackupResponse.newBuilder()
                .setBackup(BackupProtos.backup(now, clock.instant()))
                .build());
        shown = Optional.of(now);
      }
      if (isAtRest(now) || writer.isEnded()) {
        return;
      }
      changes.await(seen, LOOK_AGAIN);
      if (!isAtRest(now)) {
        Thread.sleep(WATCH_EVERY);
      }
    }
  }

  private static boolean isAtRest(Backup backup) {
    boolean verifying =
        backup.verification().map(each -> each.state() == Progress.RUNNING).orElse(false);
    return backup.state().isFinal() && !verifying;
  }

  /** The sources wanted, in the order in which they are read. */
  private static List<String> sources(List<String> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      String source = wanted.get(i);
      if (LATER_SOURCES.contains(source)) {
        throw CommonErrors.notImplemented("backup.v1.StartBackupRequest.sources=" + source);
      }
      if (Source.of(source).isEmpty()) {
        throw CommonErrors.invalidField(
            "sources[" + i + "]", "no source '" + source + "'; there are " + Source.ids());
      }
    }
    return wanted.isEmpty()
        ? Source.ids()
        : Source.ids().stream().filter(wanted::contains).toList();
  }

  private static void requireModules(TenantView tenant, List<String> modules) {
    for (int i = 0; i < modules.size(); i++) {
      if (!tenant.hasModule(modules.get(i))) {
        throw CommonErrors.invalidField(
            "modules[" + i + "]", "the tenant has no module '" + modules.get(i) + "'");
      }
    }
  }

  private static Owner owner() {
    Principal caller = Callers.current();
    return new Owner(caller.requireTenant(), caller.requireTenantUid());
  }

  private static <T> void answer(StreamObserver<T> responses, T response) {
    responses.onNext(response);
    responses.onCompleted();
  }
}
