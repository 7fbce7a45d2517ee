package dev.kryonix.tenant;

import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.CreateTenantResponse;
import dev.kryonix.api.tenant.v1.Credential;
import dev.kryonix.api.tenant.v1.DeleteTenantRequest;
import dev.kryonix.api.tenant.v1.DeleteTenantResponse;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.GetTenantResponse;
import dev.kryonix.api.tenant.v1.GetUsageRequest;
import dev.kryonix.api.tenant.v1.GetUsageResponse;
import dev.kryonix.api.tenant.v1.ListTenantsRequest;
import dev.kryonix.api.tenant.v1.ListTenantsResponse;
import dev.kryonix.api.tenant.v1.PurgeTenantRequest;
import dev.kryonix.api.tenant.v1.PurgeTenantResponse;
import dev.kryonix.api.tenant.v1.RepairTenantRequest;
import dev.kryonix.api.tenant.v1.RepairTenantResponse;
import dev.kryonix.api.tenant.v1.ResumeTenantRequest;
import dev.kryonix.api.tenant.v1.ResumeTenantResponse;
import dev.kryonix.api.tenant.v1.RotateCredentialsRequest;
import dev.kryonix.api.tenant.v1.RotateCredentialsResponse;
import dev.kryonix.api.tenant.v1.SuggestTenantRequest;
import dev.kryonix.api.tenant.v1.SuggestTenantResponse;
import dev.kryonix.api.tenant.v1.SuspendTenantRequest;
import dev.kryonix.api.tenant.v1.SuspendTenantResponse;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.api.tenant.v1.UndeleteTenantRequest;
import dev.kryonix.api.tenant.v1.UndeleteTenantResponse;
import dev.kryonix.api.tenant.v1.UpdateTenantRequest;
import dev.kryonix.api.tenant.v1.UpdateTenantResponse;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.purge.Erasures;
import dev.kryonix.tenant.suggest.SuggestionProtos;
import dev.kryonix.tenant.suggest.Suggestions;
import dev.kryonix.tenant.tenants.ProfilePatch;
import dev.kryonix.tenant.tenants.ProfileRules;
import dev.kryonix.tenant.tenants.RequestLog;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantChanges;
import dev.kryonix.tenant.tenants.TenantChanges.Target;
import dev.kryonix.tenant.tenants.TenantCreation;
import dev.kryonix.tenant.tenants.TenantFilter;
import dev.kryonix.tenant.tenants.TenantProtos;
import dev.kryonix.tenant.tenants.TenantWatch;
import dev.kryonix.tenant.tenants.Tenants;
import dev.kryonix.tenant.usage.Usages;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** TenantService on the wire. */
@Singleton
final class TenantEndpoint extends TenantServiceGrpc.TenantServiceImplBase {
  private static final Duration DEFAULT_GRACE = Duration.ofDays(30);

  private final Tenants tenants;
  private final TenantCreation creation;
  private final TenantChanges changes;
  private final TenantWatch watch;
  private final Erasures erasures;
  private final Usages usages;
  private final ProfileRules rules;
  private final Suggestions suggestions;
  private final TenantProtos protos;

  TenantEndpoint(
      Tenants tenants,
      TenantCreation creation,
      TenantChanges changes,
      TenantWatch watch,
      Erasures erasures,
      Usages usages,
      Suggestions suggestions,
      ProfileRules rules) {
    this.tenants = tenants;
    this.creation = creation;
    this.changes = changes;
    this.watch = watch;
    this.erasures = erasures;
    this.usages = usages;
    this.rules = rules;
    this.suggestions = suggestions;
    this.protos = new TenantProtos(rules);
  }

  @Override
  public void createTenant(
      CreateTenantRequest request, StreamObserver<CreateTenantResponse> responses) {
    String inBody = request.getTenant().getId();
    if (!inBody.isEmpty() && !inBody.equals(request.getTenantId())) {
      throw CommonErrors.invalidField("tenant.id", "must be empty or equal to tenant_id");
    }
    Actor actor = Actor.of(Callers.current()).withRequestId(request.getRequestId());
    byte[] answer =
        creation.create(
            new TenantCreation.Order(
                TenantProtos.profile(request.getTenant()),
                TenantId.parse(request.getTenantId()),
                RequestLog.Call.of("", "CreateTenant", request.getRequestId(), request)),
            actor,
            tenant -> protos.message(tenant).toByteArray());
    responses.onNext(
        CreateTenantResponse.newBuilder().setTenant(TenantProtos.parse(answer)).build());
    responses.onCompleted();
  }

  @Override
  public void getTenant(GetTenantRequest request, StreamObserver<GetTenantResponse> responses) {
    Tenants.Seen seen = tenants.see(new TenantId(request.getTenant()), Callers.current());
    responses.onNext(
        GetTenantResponse.newBuilder()
            .setTenant(protos.message(seen.tenant(), seen.conditions()))
            .build());
    responses.onCompleted();
  }

  @Override
  public void listTenants(
      ListTenantsRequest request, StreamObserver<ListTenantsResponse> responses) {
    TenantFilter filter =
        new TenantFilter(
            request.getStatesList().stream().map(TenantProtos::phase).collect(Collectors.toSet()),
            request.getPlan(),
            request.getModule(),
            request.getLabelsList());
    Tenants.Page page =
        tenants.list(filter, PageTokens.size(request.getPageSize()), request.getPageToken());
    responses.onNext(
        ListTenantsResponse.newBuilder()
            .addAllTenants(page.tenants().stream().map(protos::message).toList())
            .setNextPageToken(page.nextToken())
            .build());
    responses.onCompleted();
  }

  @Override
  public void updateTenant(
      UpdateTenantRequest request, StreamObserver<UpdateTenantResponse> responses) {
    TenantId id =
        TenantId.parse(request.getTenant().getId())
            .orElseThrow(() -> CommonErrors.invalidField("tenant.id", "must not be empty"));
    Tenant tenant =
        changes.update(
            new Target(id, request.getTenant().getEtag(), Callers.current()),
            new ProfilePatch(
                TenantProtos.profile(request.getTenant()), request.getUpdateMask().getPathsList()));
    responses.onNext(UpdateTenantResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void suspendTenant(
      SuspendTenantRequest request, StreamObserver<SuspendTenantResponse> responses) {
    Tenant tenant =
        changes.suspend(target(request.getTenant(), request.getEtag()), request.getReason());
    responses.onNext(SuspendTenantResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void resumeTenant(
      ResumeTenantRequest request, StreamObserver<ResumeTenantResponse> responses) {
    Tenant tenant = changes.resume(target(request.getTenant(), request.getEtag()));
    responses.onNext(ResumeTenantResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void deleteTenant(
      DeleteTenantRequest request, StreamObserver<DeleteTenantResponse> responses) {
    Duration grace =
        request.hasGrace()
            ? Duration.ofSeconds(request.getGrace().getSeconds(), request.getGrace().getNanos())
            : DEFAULT_GRACE;
    Tenant tenant =
        changes.delete(target(request.getTenant(), request.getEtag()), grace, request.getReason());
    responses.onNext(DeleteTenantResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void undeleteTenant(
      UndeleteTenantRequest request, StreamObserver<UndeleteTenantResponse> responses) {
    Tenant tenant = changes.undelete(target(request.getTenant(), request.getEtag()));
    responses.onNext(UndeleteTenantResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void watchTenant(
      WatchTenantRequest request, StreamObserver<WatchTenantResponse> responses) {
    TenantId id = new TenantId(request.getTenant());
    Principal caller = Callers.current();
    StreamWriter.serve(responses, writer -> watch.write(id, caller, writer));
  }

  @Override
  public void purgeTenant(
      PurgeTenantRequest request, StreamObserver<PurgeTenantResponse> responses) {
    responses.onNext(erasures.purge(request, Actor.of(Callers.current())));
    responses.onCompleted();
  }

  @Override
  public void repairTenant(
      RepairTenantRequest request, StreamObserver<RepairTenantResponse> responses) {
    Tenant tenant = changes.repair(new TenantId(request.getTenant()), Callers.current());
    responses.onNext(RepairTenantResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void rotateCredentials(
      RotateCredentialsRequest request, StreamObserver<RotateCredentialsResponse> responses) {
    Set<Credential> credentials =
        request.getCredentialsCount() == 0
            ? EnumSet.of(Credential.CREDENTIAL_BROKER_PASSWORD)
            : EnumSet.copyOf(request.getCredentialsList());
    Tenant tenant =
        changes.rotateCredentials(
            new TenantId(request.getTenant()), credentials, Callers.current());
    responses.onNext(
        RotateCredentialsResponse.newBuilder().setTenant(protos.message(tenant)).build());
    responses.onCompleted();
  }

  @Override
  public void getUsage(GetUsageRequest request, StreamObserver<GetUsageResponse> responses) {
    Tenant tenant = tenants.get(new TenantId(request.getTenant()), Callers.current());
    responses.onNext(usages.of(tenant.id(), tenant.uid(), rules.limits(tenant.profile())));
    responses.onCompleted();
  }

  @Override
  public void suggestTenant(
      SuggestTenantRequest request, StreamObserver<SuggestTenantResponse> responses) {
    responses.onNext(
        SuggestionProtos.message(
            suggestions.suggest(request.getSector(), request.getDescription())));
    responses.onCompleted();
  }

  private static Target target(String tenant, String etag) {
    return new Target(new TenantId(tenant), etag, Callers.current());
  }
}
