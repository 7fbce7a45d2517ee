package dev.kryonix.backup.restore;

import dev.kryonix.api.backup.v1.CorruptionMode;
import dev.kryonix.api.backup.v1.GetRestoreRequest;
import dev.kryonix.api.backup.v1.GetRestoreResponse;
import dev.kryonix.api.backup.v1.ListRestoresRequest;
import dev.kryonix.api.backup.v1.ListRestoresResponse;
import dev.kryonix.api.backup.v1.PlanRestoreRequest;
import dev.kryonix.api.backup.v1.PlanRestoreResponse;
import dev.kryonix.api.backup.v1.RestoreServiceGrpc;
import dev.kryonix.api.backup.v1.RestoreSpec;
import dev.kryonix.api.backup.v1.StartRestoreRequest;
import dev.kryonix.api.backup.v1.StartRestoreResponse;
import dev.kryonix.api.backup.v1.WatchRestoreRequest;
import dev.kryonix.api.backup.v1.WatchRestoreResponse;
import dev.kryonix.backup.catalogue.Changes;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.Request;
import dev.kryonix.backup.catalogue.Restore;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Serves RestoreService. Approval, cancelling, pausing and taking back on request are not served
 * yet.
 */
@Singleton
final class RestoreEndpoint extends RestoreServiceGrpc.RestoreServiceImplBase {
  private static final int DEFAULT_PAGE = 50;
  private static final Duration WATCH_EVERY = Duration.ofMillis(250);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Restores restores;
  private final TenantDirectory tenants;
  private final Changes changes;
  private final PageTokens pages;

  RestoreEndpoint(Restores restores, TenantDirectory tenants, Changes changes, PageTokens pages) {
    this.restores = restores;
    this.tenants = tenants;
    this.changes = changes;
    this.pages = pages;
  }

  @Override
  public void planRestore(
      PlanRestoreRequest request, StreamObserver<PlanRestoreResponse> responses) {
    Plan plan = restores.plan(tenants.require(Callers.current()), order(request.getSpec()));
    answer(responses, PlanRestoreResponse.newBuilder().setPlan(RestoreProtos.plan(plan)).build());
  }

  @Override
  public void startRestore(
      StartRestoreRequest request, StreamObserver<StartRestoreResponse> responses) {
    if (request.getRequireApproval()) {
      throw CommonErrors.notImplemented("backup.v1.StartRestoreRequest.require_approval");
    }
    Restore restore =
        restores.start(
            tenants.require(Callers.current()),
            order(request.getSpec()),
            Request.of(request.getRequestId(), request.toBuilder().clearRequestId().build()));
    answer(
        responses,
        StartRestoreResponse.newBuilder().setRestore(RestoreProtos.restore(restore)).build());
  }

  @Override
  public void getRestore(GetRestoreRequest request, StreamObserver<GetRestoreResponse> responses) {
    Restore restore = restores.get(owner(), UUID.fromString(request.getRestore()));
    answer(
        responses,
        GetRestoreResponse.newBuilder().setRestore(RestoreProtos.restore(restore)).build());
  }

  @Override
  public void listRestores(
      ListRestoresRequest request, StreamObserver<ListRestoresResponse> responses) {
    Owner owner = owner();
    String listing = "ListRestores" + owner.uid() + request.getState();
    Optional<Position> after = pages.position(listing, request.getPageToken());
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    ListRestoresResponse.Builder response = ListRestoresResponse.newBuilder();
    if (RestoreProtos.isReachable(request.getState())) {
      Page<Restore> page =
          restores.list(owner, RestoreProtos.state(request.getState()), after, size);
      page.items().forEach(each -> response.addRestores(RestoreProtos.restore(each)));
      response.setNextPageToken(pages.after(listing, page.last()));
    }
    answer(responses, response.build());
  }

  @Override
  public void watchRestore(
      WatchRestoreRequest request, StreamObserver<WatchRestoreResponse> responses) {
    Owner owner = owner();
    UUID id = UUID.fromString(request.getRestore());
    restores.get(owner, id);
    StreamWriter.serve(responses, writer -> watch(owner, id, writer));
  }

  private void watch(Owner owner, UUID id, StreamWriter<WatchRestoreResponse> writer)
      throws InterruptedException {
    Optional<Restore> shown = Optional.empty();
    while (true) {
      long seen = changes.rings();
      Restore now = restores.get(owner, id);
      if (!shown.equals(Optional.of(now))) {
        writer.write(
            WatchRestoreResponse.newBuilder().setRestore(RestoreProtos.restore(now)).build());
        shown = Optional.of(now);
      }
      if (now.state().isFinal() || writer.isEnded()) {
        return;
      }
      changes.await(seen, LOOK_AGAIN);
      Thread.sleep(WATCH_EVERY);
    }
  }

  private static Restore.Order order(RestoreSpec spec) {
    if (spec.hasTime()) {
      throw CommonErrors.notImplemented("backup.v1.RestoreSpec.time");
    }
    if (spec.getRecordsCount() > 0) {
      throw CommonErrors.notImplemented("backup.v1.RestoreSpec.records");
    }
    if (!spec.getTargetTenant().isEmpty()) {
      throw CommonErrors.notImplemented("backup.v1.RestoreSpec.target_tenant");
    }
    if (spec.getOnCorruption() == CorruptionMode.CORRUPTION_MODE_SKIP) {
      throw CommonErrors.notImplemented("backup.v1.RestoreSpec.on_corruption=SKIP");
    }
    return new Restore.Order(
        UUID.fromString(spec.getBackup()),
        spec.getSourcesList(),
        spec.getModulesList().stream().sorted().toList());
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
