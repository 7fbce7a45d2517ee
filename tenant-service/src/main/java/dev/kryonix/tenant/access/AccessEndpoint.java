package dev.kryonix.tenant.access;

import com.google.protobuf.Timestamp;
import com.nimbusds.jose.jwk.ECKey;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateApiKeyResponse;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.IssueTokenResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.ListApiKeysRequest;
import dev.kryonix.api.tenant.v1.ListApiKeysResponse;
import dev.kryonix.api.tenant.v1.RevokeApiKeyRequest;
import dev.kryonix.api.tenant.v1.RevokeApiKeyResponse;
import dev.kryonix.api.tenant.v1.RotateSigningKeyRequest;
import dev.kryonix.api.tenant.v1.RotateSigningKeyResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.tenant.conditions.ConditionProtos;
import dev.kryonix.tenant.tenants.RequestLog;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** AccessService on the wire. */
@Singleton
final class AccessEndpoint extends AccessServiceGrpc.AccessServiceImplBase {
  private static final Duration DEFAULT_TTL = Duration.ofMinutes(15);

  private final ApiKeys apiKeys;
  private final Tokens tokens;
  private final SigningKeys signingKeys;

  AccessEndpoint(ApiKeys apiKeys, Tokens tokens, SigningKeys signingKeys) {
    this.apiKeys = apiKeys;
    this.tokens = tokens;
    this.signingKeys = signingKeys;
  }

  @Override
  public void createApiKey(
      CreateApiKeyRequest request, StreamObserver<CreateApiKeyResponse> responses) {
    ApiKeys.Created created =
        apiKeys.create(
            new ApiKeys.Order(
                new TenantId(request.getTenant()),
                request.getDisplayName(),
                Scopes.sorted(request.getScopesList()),
                request.hasExpireTime()
                    ? Optional.of(instant(request.getExpireTime()))
                    : Optional.empty(),
                RequestLog.Call.of(
                    request.getTenant(), "CreateApiKey", request.getRequestId(), request)),
            Callers.current());
    responses.onNext(
        CreateApiKeyResponse.newBuilder()
            .setApiKey(message(created.key()))
            .setKey(created.secret().text())
            .build());
    responses.onCompleted();
  }

  @Override
  public void listApiKeys(
      ListApiKeysRequest request, StreamObserver<ListApiKeysResponse> responses) {
    ApiKeys.Page page =
        apiKeys.list(
            new TenantId(request.getTenant()),
            Callers.current(),
            PageTokens.size(request.getPageSize()),
            request.getPageToken());
    responses.onNext(
        ListApiKeysResponse.newBuilder()
            .addAllApiKeys(page.keys().stream().map(AccessEndpoint::message).toList())
            .setNextPageToken(page.nextToken())
            .build());
    responses.onCompleted();
  }

  @Override
  public void revokeApiKey(
      RevokeApiKeyRequest request, StreamObserver<RevokeApiKeyResponse> responses) {
    ApiKey key =
        apiKeys.revoke(new TenantId(request.getTenant()), request.getApiKey(), Callers.current());
    responses.onNext(RevokeApiKeyResponse.newBuilder().setApiKey(message(key)).build());
    responses.onCompleted();
  }

  @Override
  public void issueToken(IssueTokenRequest request, StreamObserver<IssueTokenResponse> responses) {
    Tokens.Issued issued =
        tokens.issue(
            new Tokens.Order(
                request.getApiKey(),
                Scopes.sorted(request.getScopesList()),
                TenantId.parse(request.getTenant()),
                request.hasTtl()
                    ? Duration.ofSeconds(request.getTtl().getSeconds())
                    : DEFAULT_TTL));
    responses.onNext(
        IssueTokenResponse.newBuilder()
            .setToken(issued.token())
            .setExpireTime(ConditionProtos.timestamp(issued.expires()))
            .addAllScopes(issued.scopes())
            .setTenant(issued.tenant().map(TenantId::value).orElse(""))
            .build());
    responses.onCompleted();
  }

  @Override
  public void rotateSigningKey(
      RotateSigningKeyRequest request, StreamObserver<RotateSigningKeyResponse> responses) {
    SigningKeys.Rotation rotation = signingKeys.rotate();
    responses.onNext(
        RotateSigningKeyResponse.newBuilder()
            .setSigningKey(message(rotation.signing()))
            .addAllRetiringKeys(rotation.retiring().stream().map(AccessEndpoint::message).toList())
            .build());
    responses.onCompleted();
  }

  @Override
  public void getJwks(GetJwksRequest request, StreamObserver<GetJwksResponse> responses) {
    GetJwksResponse.Builder set = GetJwksResponse.newBuilder();
    signingKeys.all().forEach(key -> set.addKeys(jwk(key.pair())));
    responses.onNext(set.build());
    responses.onCompleted();
  }

  private static Jwk jwk(ECKey key) {
    return Jwk.newBuilder()
        .setKty(key.getKeyType().getValue())
        .setCrv(key.getCurve().getName())
        .setX(key.getX().toString())
        .setY(key.getY().toString())
        .setKid(key.getKeyID())
        .setAlg(key.getAlgorithm().getName())
        .setUse(key.getKeyUse().identifier())
        .build();
  }

  private static dev.kryonix.api.tenant.v1.SigningKey message(SigningKey key) {
    dev.kryonix.api.tenant.v1.SigningKey.Builder message =
        dev.kryonix.api.tenant.v1.SigningKey.newBuilder()
            .setId(key.id())
            .setCreateTime(ConditionProtos.timestamp(key.created()));
    key.signs().ifPresent(time -> message.setSignTime(ConditionProtos.timestamp(time)));
    key.retires().ifPresent(time -> message.setRetireTime(ConditionProtos.timestamp(time)));
    return message.build();
  }

  private static dev.kryonix.api.tenant.v1.ApiKey message(ApiKey key) {
    dev.kryonix.api.tenant.v1.ApiKey.Builder message =
        dev.kryonix.api.tenant.v1.ApiKey.newBuilder()
            .setId(key.id())
            .setTenant(key.tenant().value())
            .setDisplayName(key.displayName())
            .addAllScopes(key.scopes())
            .setCreateTime(ConditionProtos.timestamp(key.created()));
    key.expires().ifPresent(time -> message.setExpireTime(ConditionProtos.timestamp(time)));
    key.revoked().ifPresent(time -> message.setRevokeTime(ConditionProtos.timestamp(time)));
    key.lastUsed().ifPresent(time -> message.setLastUseTime(ConditionProtos.timestamp(time)));
    return message.build();
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
