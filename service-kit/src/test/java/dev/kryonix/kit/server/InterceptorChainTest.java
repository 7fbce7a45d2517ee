package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.GetTenantResponse;
import dev.kryonix.api.tenant.v1.ListTenantsRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.identity.TestTokens;
import dev.kryonix.kit.policy.CallerInterceptor;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.micronaut.context.ApplicationContext;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a caller meets: the real server, the real chain, a real channel. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InterceptorChainTest {
  private ApplicationContext context;
  private ManagedChannel channel;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    GenerateKeys.main(new String[] {keys.toString(), "cache", "backup"});
    context =
        ApplicationContext.run(
            Map.of(
                "test.services",
                "true",
                "kryonix.server.service",
                "cache",
                "kryonix.server.grpc-port",
                0,
                "kryonix.server.management-port",
                0,
                "kryonix.server.keys-dir",
                keys.toString(),
                "kryonix.services.tenant",
                "127.0.0.1:1"));
    context.registerSingleton(InstantSource.class, InstantSource.fixed(TestTokens.NOW));
    GrpcServer server = context.getBean(GrpcServer.class);
    server.start();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.port(), InsecureChannelCredentials.create())
            .build();
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    context.close();
  }

  @Test
  void aPublicRpcNeedsNoToken() {
    assertThat(
            AccessServiceGrpc.newBlockingStub(channel).getJwks(GetJwksRequest.getDefaultInstance()))
        .isNotNull();
  }

  @Test
  void manyCallersOfAGatewayWhoGiveUpTogetherDoNotEndItsConnection() throws Exception {
    CompletableFuture<Status> watched = new CompletableFuture<>();
    CountDownLatch watching = new CountDownLatch(1);
    ClientCall<HealthCheckRequest, HealthCheckResponse> watch =
        channel.newCall(HealthGrpc.getWatchMethod(), CallOptions.DEFAULT);
    watch.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(HealthCheckResponse message) {
            watching.countDown();
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            watched.complete(status);
          }
        },
        new Metadata());
    watch.request(1);
    watch.sendMessage(HealthCheckRequest.getDefaultInstance());
    watch.halfClose();
    watching.await();

    for (int i = 0; i < 1_000; i++) {
      ClientCall<GetJwksRequest, GetJwksResponse> call =
          channel.newCall(AccessServiceGrpc.getGetJwksMethod(), CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.sendMessage(GetJwksRequest.getDefaultInstance());
      call.cancel("the caller gave up", null);
    }
    aPublicRpcNeedsNoToken();

    assertThat(watched).isNotDone();
    watch.cancel("seen enough", null);
  }

  @Test
  void withoutATokenTheCallIsUnauthenticated() {
    StatusRuntimeException refusal = refusal(() -> getTenant(channel, "acme"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(info(refusal).getReason()).isEqualTo("TOKEN_MISSING");
    assertThat(info(refusal).getDomain()).isEqualTo("kryonix");
  }

  @Test
  void aStrangerLearnsNothingOfTheRules() {
    StatusRuntimeException refusal = refusal(() -> getTenant(channel, "Not An Id"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
  }

  @Test
  void aTenantReadsItself() {
    assertThat(getTenant(with(tenantClaims("tenant.read")), "acme")).isEqualTo("key_1");
  }

  @Test
  void whatNeverWaitsRunsOnTheEventLoopOnceItsTokenIsKnown() {
    TestServices.Tenants service = context.getBean(TestServices.Tenants.class);
    Channel tenant = with(tenantClaims("tenant.read"));

    getTenant(tenant, "acme");
    assertThat(service.wasOnVirtualThread()).as("a token's first call").isTrue();
    getTenant(tenant, "acme");
    assertThat(service.wasOnVirtualThread()).as("its second").isFalse();
    assertThat(
            refusal(() -> getTenant(with(tenantClaims("cache.read")), "acme"))
                .getStatus()
                .getCode())
        .isEqualTo(Code.PERMISSION_DENIED);
    var unused =
        TenantServiceGrpc.newBlockingStub(with(platformClaims()))
            .createTenant(
                CreateTenantRequest.newBuilder()
                    .setTenant(Tenant.newBuilder().setRegion("br-1"))
                    .build());
    assertThat(service.wasOnVirtualThread()).as("what may wait").isTrue();
  }

  @Test
  void whatIsTooMuchIsRefusedBeforeItsRequestIsRead() {
    TestServices.Places places = context.getBean(TestServices.Places.class);
    await().until(() -> places.taken() == 0);
    places.most(0);
    try {
      StatusRuntimeException refusal =
          refusal(() -> getTenant(with(tenantClaims("tenant.read")), "Not An Id"));

      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(info(refusal).getReason()).isEqualTo("RATE_LIMITED");
    } finally {
      places.most(Integer.MAX_VALUE);
    }
  }

  /** As of a client that sends more than flow control lets through: calls begin, requests wait. */
  @Test
  void aCallWhoseRequestHasNotComeTakesNoPlaceFromThoseThatHave() {
    TestServices.Places places = context.getBean(TestServices.Places.class);
    Channel tenant = knownTenant();
    // The call that made the tenant known leaves its place after its answer.
    await().until(() -> places.taken() == 0);
    places.most(1);
    ClientCall<GetTenantRequest, GetTenantResponse> begun =
        tenant.newCall(TenantServiceGrpc.getGetTenantMethod(), CallOptions.DEFAULT);
    Queue<GetTenantResponse> answers = new ConcurrentLinkedQueue<>();
    begun.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(GetTenantResponse answer) {
            answers.add(answer);
          }
        },
        new Metadata());
    try {
      getTenant(tenant, "acme");
      await().until(() -> places.taken() == 0);

      begun.request(1);
      begun.sendMessage(GetTenantRequest.newBuilder().setTenant("acme").build());
      begun.halfClose();

      await().until(() -> !answers.isEmpty());
    } finally {
      begun.cancel("the test is over", null);
      places.most(Integer.MAX_VALUE);
    }
  }

  /** It began while there was room, and there is none when its request comes. */
  @Test
  void aCallWhoseRequestComesTooLateIsRefusedToo() {
    TestServices.Places places = context.getBean(TestServices.Places.class);
    await().until(() -> places.taken() == 0);
    Channel tenant = knownTenant();
    ClientCall<GetTenantRequest, GetTenantResponse> begun =
        tenant.newCall(TenantServiceGrpc.getGetTenantMethod(), CallOptions.DEFAULT);
    CompletableFuture<Status> end = new CompletableFuture<>();
    begun.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    try {
      // On the same connection, and so behind it.
      getTenant(tenant, "acme");
      places.most(0);

      begun.request(1);
      begun.sendMessage(GetTenantRequest.newBuilder().setTenant("acme").build());
      begun.halfClose();

      assertThat(end.join().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      await().until(() -> places.taken() == 0);
    } finally {
      places.most(Integer.MAX_VALUE);
    }
  }

  /** Whose calls run on the event loop from now on, in their order. */
  private Channel knownTenant() {
    Channel tenant = with(tenantClaims("tenant.read"));
    getTenant(tenant, "acme");
    return tenant;
  }

  @Test
  void aCallLeavesItsPlaceHoweverItEnds() {
    TestServices.Places places = context.getBean(TestServices.Places.class);
    Channel tenant = with(tenantClaims("tenant.read"));
    getTenant(tenant, "acme");
    refusal(() -> getTenant(tenant, "Not An Id"));
    refusal(() -> getTenant(tenant, "globex"));

    await().until(() -> places.taken() == 0);
  }

  @Test
  void aMissingScopeIsNamed() {
    StatusRuntimeException refusal =
        refusal(() -> getTenant(with(tenantClaims("cache.read")), "acme"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(info(refusal).getReason()).isEqualTo("SCOPE_MISSING");
    assertThat(info(refusal).getMetadataMap()).containsEntry("scope", "tenant.read");
  }

  @Test
  void anotherTenantsRecordIsRefused() {
    StatusRuntimeException refusal =
        refusal(() -> getTenant(with(tenantClaims("tenant.read")), "globex"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(info(refusal).getReason()).isEqualTo("TENANT_MISMATCH");
  }

  @Test
  void aTenantCannotActAsAnother() {
    Metadata headers = new Metadata();
    headers.put(CallerInterceptor.ACT_AS, "globex");
    Channel acting =
        io.grpc.ClientInterceptors.intercept(
            with(tenantClaims("tenant.read")), MetadataUtils.newAttachHeadersInterceptor(headers));

    assertThat(refusal(() -> getTenant(acting, "globex")).getStatus().getCode())
        .isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void aTenantThatIsNamedTwiceIsRefused() {
    Metadata headers = new Metadata();
    headers.put(CallerInterceptor.ACT_AS, "acme");
    headers.put(CallerInterceptor.ACT_AS, "acme");
    Channel acting =
        io.grpc.ClientInterceptors.intercept(
            with(tenantClaims("tenant.read")), MetadataUtils.newAttachHeadersInterceptor(headers));

    assertThat(refusal(() -> getTenant(acting, "acme")).getStatus().getCode())
        .isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void aPlatformRpcIsClosedToTenants() {
    Channel tenant = with(tenantClaims("platform.admin tenant.write"));

    assertThat(
            refusal(
                    () ->
                        TenantServiceGrpc.newBlockingStub(tenant)
                            .createTenant(CreateTenantRequest.getDefaultInstance()))
                .getStatus()
                .getCode())
        .isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void anInternalRpcIsClosedToPlatformEngineersAndOpenToServices() {
    Channel engineer = with(platformClaims());

    assertThat(refusal(() -> export(engineer)).getStatus().getCode())
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(
            SnapshotSourceGrpc.newBlockingStub(channel)
                .withCallCredentials(context.getBean(ServiceCredentials.class))
                .export(ExportRequest.getDefaultInstance())
                .hasNext())
        .isFalse();
  }

  @Test
  void aServiceTokenIsNoKeyToATenantsData() {
    StatusRuntimeException refusal =
        refusal(
            () ->
                TenantServiceGrpc.newBlockingStub(channel)
                    .withCallCredentials(context.getBean(ServiceCredentials.class))
                    .getTenant(GetTenantRequest.newBuilder().setTenant("acme").build()));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void aBrokenRuleOfTheContractNamesTheField() throws InvalidProtocolBufferException {
    StatusRuntimeException refusal = refusal(() -> getTenant(with(platformClaims()), "Not An Id"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(detail(refusal, BadRequest.class).getFieldViolations(0).getField())
        .isEqualTo("tenant");
  }

  @Test
  void bytesThatAreNoMessageAreAnInvalidArgument() {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("kryonix.tenant.v1.TenantService/GetTenant")
            .build();

    StatusRuntimeException refusal =
        refusal(
            () ->
                ClientCalls.blockingUnaryCall(
                    with(platformClaims()),
                    raw,
                    io.grpc.CallOptions.DEFAULT,
                    new byte[] {0x0a, 0x7f, 0x01}));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void aRefusalOfTheLogicArrivesWithItsDetails() {
    StatusRuntimeException refusal = refusal(() -> getTenant(with(platformClaims()), "missing"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(info(refusal).getReason()).isEqualTo("RESOURCE_NOT_FOUND");
  }

  @Test
  void aDefectIsInternalWithAnIncidentAndNothingOfItsCause() {
    StatusRuntimeException refusal = refusal(() -> getTenant(with(platformClaims()), "broken"));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INTERNAL);
    assertThat(info(refusal).getMetadataOrThrow("incident")).hasSize(16);
    assertThat(refusal.getStatus().getDescription()).doesNotContain("jdbc");
  }

  @Test
  void anRpcThatIsNotServedYetSaysSo() {
    StatusRuntimeException refusal =
        refusal(
            () ->
                TenantServiceGrpc.newBlockingStub(with(platformClaims()))
                    .listTenants(ListTenantsRequest.getDefaultInstance()));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(info(refusal).getReason()).isEqualTo("NOT_IMPLEMENTED");
  }

  @Test
  void healthNeedsNoTokenAndFollowsReadiness() {
    Readiness.Component store = context.getBean(Readiness.class).component("store");

    assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);
    store.up();
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
    store.down("connection refused");
    assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);
    store.up();
  }

  private ServingStatus health() {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private static String getTenant(Channel to, String tenant) {
    return TenantServiceGrpc.newBlockingStub(to)
        .getTenant(GetTenantRequest.newBuilder().setTenant(tenant).build())
        .getTenant()
        .getId();
  }

  private static void export(Channel to) {
    assertThat(
            SnapshotSourceGrpc.newBlockingStub(to)
                .export(ExportRequest.getDefaultInstance())
                .hasNext())
        .isFalse();
  }

  private static JWTClaimsSet tenantClaims(String scope) {
    return TestTokens.good().claim("scope", scope).build();
  }

  private static JWTClaimsSet platformClaims() {
    return TestTokens.good()
        .claim("tenant", null)
        .claim("tenant_uid", null)
        .claim("scope", "platform.admin")
        .build();
  }

  private Channel with(JWTClaimsSet claims) {
    Metadata headers = new Metadata();
    headers.put(
        BearerToken.AUTHORIZATION,
        "Bearer " + TestTokens.sign(claims, TestServices.TOKENS.key("k1")));
    ClientInterceptor attach = MetadataUtils.newAttachHeadersInterceptor(headers);
    return io.grpc.ClientInterceptors.intercept(channel, attach);
  }

  private static StatusRuntimeException refusal(Runnable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(thrown).isNotNull();
    return thrown;
  }

  private static ErrorInfo info(StatusRuntimeException refusal) {
    try {
      return detail(refusal, ErrorInfo.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static <M extends Message> M detail(StatusRuntimeException refusal, Class<M> type)
      throws InvalidProtocolBufferException {
    Metadata trailers = Objects.requireNonNull(refusal.getTrailers(), "no trailers");
    com.google.rpc.Status status =
        Objects.requireNonNull(trailers.get(WireErrors.DETAILS), "no details");
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        return any.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + status);
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
