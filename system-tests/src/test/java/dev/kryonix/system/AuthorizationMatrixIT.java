package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.rpc.Code;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.system.contract.AnyCall;
import dev.kryonix.system.contract.Contract;
import dev.kryonix.system.contract.RestBinding;
import dev.kryonix.system.contract.Rpc;
import dev.kryonix.system.contract.SmallestRequest;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.gateway.Upgrade;
import dev.kryonix.system.platform.Forger;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import io.grpc.Channel;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every RPC of the contracts against every token that must not open it: over gRPC, over each REST
 * binding and, where it streams both ways, as a WebSocket and at the sale of its tickets, all
 * through the gateway, and past the gateway at the service itself. The rows come from the
 * contracts, so a new RPC is tried as soon as it is there.
 */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthorizationMatrixIT {
  private static final List<Rpc> RPCS = Contract.load().rpcs();
  private static final int AT_ONCE = 48;
  private static final int CONNECTIONS = 32;
  private static final int DEADLINE_SECONDS = 60;

  /** What anyone may call; to put an RPC here is a decision about what strangers can do. */
  private static final Set<String> FOR_ANYONE =
      Set.of(
          "kryonix.tenant.v1.AccessService/IssueToken", "kryonix.tenant.v1.AccessService/GetJwks");

  private final Platform platform;
  private final TestTenant tenant;
  private final TestTenant other;
  private final String admin;
  private final Map<String, List<Grpc>> connections = new HashMap<>();
  private final AtomicInteger turns = new AtomicInteger();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  AuthorizationMatrixIT(Platform platform) {
    this.platform = platform;
    tenant = platform.newTenant();
    other = platform.newTenant();
    admin = platform.operator().token(platform.adminApiKey()).getToken();
  }

  /** New ones for each test, as a server hangs up on a client that resets many streams on one. */
  @BeforeEach
  void connect() {
    for (String service : List.of("gateway", "tenant", "messaging", "cache", "backup")) {
      connections.put(
          service,
          Stream.generate(() -> new Grpc(platform.address(service))).limit(CONNECTIONS).toList());
    }
  }

  @AfterEach
  void disconnect() {
    connections.values().forEach(each -> each.forEach(Grpc::close));
  }

  @Test
  void whatIsForAnyoneHasBeenDecidedRpcByRpc() {
    assertThat(RPCS)
        .filteredOn(rpc -> rpc.policy().getExposure() == Exposure.EXPOSURE_PUBLIC)
        .extracting(Rpc::name)
        .containsExactlyInAnyOrderElementsOf(FOR_ANYONE);
  }

  @Test
  void aTokenThatIsNotGoodOpensNothing() throws Exception {
    Map<String, String> tokens = badTokens();
    SmallestRequest requests = requests(tenant.id());
    run(
        together -> {
          for (Rpc rpc : RPCS) {
            if (FOR_ANYONE.contains(rpc.name())) {
              continue;
            }
            tokens.forEach(
                (kind, token) -> {
                  Refusal expected = unauthenticated(kind);
                  together.run(() -> everywhere(rpc, kind, token, expected, requests, tenant.id()));
                });
          }
        });
  }

  @Test
  void aBadTokenDoesNotMatterWhereNoneIsNeeded() throws Exception {
    String bad = badTokens().get("bad signature");
    for (Rpc rpc : RPCS) {
      if (FOR_ANYONE.contains(rpc.name())) {
        for (RestBinding binding : rpc.bindings()) {
          assertThat(send(rpc, binding, String.valueOf(bad), "x").body())
              .isEqualTo(send(rpc, binding, "", "x").body())
              .doesNotContain("TOKEN_");
        }
      }
    }
  }

  @Test
  void aTokenWithEveryScopeButTheOneDoesNotSuffice() throws Exception {
    Map<String, String> without = new HashMap<>();
    for (String scope : Operator.TENANT_SCOPES) {
      String[] rest =
          Operator.TENANT_SCOPES.stream().filter(s -> !s.equals(scope)).toArray(String[]::new);
      without.put(scope, platform.operator().token(tenant.apiKey(), rest).getToken());
    }
    SmallestRequest requests = requests(tenant.id());
    run(
        together -> {
          for (Rpc rpc : RPCS) {
            boolean ofPlatform = rpc.policy().getExposure() == Exposure.EXPOSURE_PLATFORM;
            if (!ofPlatform && rpc.policy().getExposure() != Exposure.EXPOSURE_TENANT) {
              continue;
            }
            String scope = scope(rpc);
            // No tenant's token has a scope of the platform, however many it has.
            String token = ofPlatform ? tenant.token() : without.get(scope);
            Refusal expected =
                refusal(Code.PERMISSION_DENIED, "SCOPE_MISSING", Map.of("scope", scope));
            together.run(
                () ->
                    everywhere(
                        rpc,
                        "no " + scope,
                        String.valueOf(token),
                        expected,
                        requests,
                        tenant.id()));
          }
        });
  }

  @Test
  void anotherTenantInTheRequestIsDeniedWhetherItExistsOrNot() throws Exception {
    Refusal expected = refusal(Code.PERMISSION_DENIED, "TENANT_MISMATCH", Map.of());
    run(
        together -> {
          for (String named : List.of(other.id(), Platform.newTenantId())) {
            SmallestRequest requests = requests(named);
            for (Rpc rpc : RPCS) {
              if (rpc.policy().getExposure() == Exposure.EXPOSURE_TENANT
                  && !rpc.policy().getTenantField().isEmpty()) {
                together.run(
                    () ->
                        everywhere(rpc, "other tenant", tenant.token(), expected, requests, named));
              }
            }
          }
        });
  }

  @Test
  void aServicesTokenIsNobodysOutside() throws Exception {
    String token = serviceToken("kryonix-internal", 0, 300);
    SmallestRequest requests = requests(tenant.id());
    run(
        together -> {
          for (Rpc rpc : RPCS) {
            Refusal expected =
                switch (rpc.policy().getExposure()) {
                  case EXPOSURE_TENANT ->
                      refusal(Code.PERMISSION_DENIED, "TENANT_MISMATCH", Map.of());
                  case EXPOSURE_PLATFORM ->
                      refusal(Code.PERMISSION_DENIED, "SCOPE_MISSING", Map.of("scope", scope(rpc)));
                  case EXPOSURE_INTERNAL -> refusal(Code.UNIMPLEMENTED, "METHOD_UNKNOWN", Map.of());
                  default -> null;
                };
            if (expected != null) {
              together.run(
                  () -> overGateway(rpc, "service token", token, expected, requests, tenant.id()));
            }
          }
        });
  }

  @Test
  void anInternalRpcIsUnknownOutsideAndClosedInside() throws Exception {
    SmallestRequest requests = requests(tenant.id());
    Refusal unknown = refusal(Code.UNIMPLEMENTED, "METHOD_UNKNOWN", Map.of());
    Refusal closed = refusal(Code.PERMISSION_DENIED, "INTERNAL_ONLY", Map.of());
    Set<String> internal =
        RPCS.stream()
            .filter(Rpc::isInternal)
            .map(Rpc::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(internal).isNotEmpty();
    run(
        together -> {
          for (Rpc rpc : RPCS) {
            if (!rpc.isInternal()) {
              continue;
            }
            Map.of("tenant", tenant.token(), "admin", admin)
                .forEach(
                    (who, token) ->
                        together.run(
                            () -> {
                              overGateway(rpc, who, token, unknown, requests, tenant.id());
                              past(rpc, who, token, closed, requests);
                            }));
            together.run(() -> overGateway(rpc, "nobody", "", unknown, requests, tenant.id()));
          }
        });
  }

  /** Tokens that must not be accepted, by what is wrong with them. */
  private Map<String, String> badTokens() throws Exception {
    Forger forger = new Forger(tenant.token());
    ECKey key =
        JWKSet.parse(platform.rest().get("/.well-known/jwks.json").body())
            .getKeys()
            .getFirst()
            .toECKey();
    Map<String, String> tokens = new LinkedHashMap<>();
    tokens.put("none", "");
    tokens.put("expired", serviceToken("kryonix-internal", -600, -300));
    tokens.put("not yet valid", serviceToken("kryonix-internal", 3000, 3300));
    tokens.put("wrong audience", serviceToken("kryonix", 0, 3000));
    tokens.put(
        "other issuer",
        Forger.sign(forger.claims().issuer("https://elsewhere.example").build(), serviceKey()));
    tokens.put("another's key", Forger.sign(forger.claims().build(), serviceKey()));
    tokens.put("bad signature", forger.wrongSignature());
    tokens.put("changed claims", forger.changedClaims());
    tokens.put("alg none", forger.unsecured("none"));
    tokens.put("alg NonE", forger.unsecured("NonE"));
    tokens.put("HS256 with the public key", forger.hmac(key.toECPublicKey().getEncoded()));
    tokens.put("HS256 with the JWK", forger.hmac(Forger.secret(key.toPublicJWK().toJSONString())));
    tokens.put("RS256 under the key's id", forger.rsa());
    tokens.put("RS256 over its signature", forger.renamedAlgorithm("RS256"));
    tokens.put("ES384 over its signature", forger.renamedAlgorithm("ES384"));
    tokens.put("embedded jwk", forger.embeddedKey());
    tokens.put("no kid", forger.withoutKeyId());
    tokens.put("kid as a path", forger.keyId("../../../../../../dev/null"));
    tokens.put("kid as SQL", forger.keyId("x' UNION SELECT 'a"));
    tokens.put("kid as an address", forger.keyId("http://169.254.169.254/jwks"));
    tokens.put("huge kid", forger.keyId("k".repeat(2000)));
    tokens.put("too long", tenant.token() + "A".repeat(5000));
    tokens.put("no token at all", "a.b.c");
    return tokens;
  }

  private static Refusal unauthenticated(String kind) {
    String reason =
        switch (kind) {
          case "none" -> "TOKEN_MISSING";
          case "expired" -> "TOKEN_EXPIRED";
          default -> "TOKEN_INVALID";
        };
    return refusal(Code.UNAUTHENTICATED, reason, Map.of());
  }

  private static Refusal refusal(Code code, String reason, Map<String, String> metadata) {
    return new Refusal(code, reason, metadata, List.of(), "", false);
  }

  private static String scope(Rpc rpc) {
    String scope = rpc.policy().getScope();
    return scope.isEmpty() ? "platform.admin" : scope;
  }

  private static SmallestRequest requests(String tenant) {
    return new SmallestRequest(
        Map.of(
            "tenant",
            tenant,
            "id",
            tenant,
            "operation",
            "leads.create",
            "queue",
            "crm.leads.create"));
  }

  private void everywhere(
      Rpc rpc,
      String kind,
      String token,
      Refusal expected,
      SmallestRequest requests,
      String named) {
    Refusal unknown = refusal(Code.UNIMPLEMENTED, "METHOD_UNKNOWN", Map.of());
    overGateway(rpc, kind, token, rpc.isInternal() ? unknown : expected, requests, named);
    past(rpc, kind, token, expected, requests);
  }

  private void overGateway(
      Rpc rpc,
      String kind,
      String token,
      Refusal expected,
      SmallestRequest requests,
      String named) {
    grpc("gateway", rpc, kind, token, expected, requests);
    for (RestBinding binding : rpc.bindings()) {
      check(
          rpc + " over " + binding,
          kind,
          expected,
          () -> Refusal.of(send(rpc, binding, token, named)));
      if (binding.opensSocket(rpc)) {
        asSocket(rpc, kind, token, expected, path(rpc, binding, named));
      }
    }
  }

  private void asSocket(Rpc rpc, String kind, String token, Refusal expected, String path) {
    check(
        rpc + " as a socket",
        kind,
        expected,
        () -> Refusal.of(Upgrade.ask(platform.gateway().http(), path, token)));
    check(
        rpc + " by a ticket",
        kind,
        expected,
        () -> Refusal.of(rest(token).send("POST", "/v1/tickets", "{\"path\": \"" + path + "\"}")));
  }

  /** The same at the service itself: it trusts nothing that came through the gateway. */
  private void past(
      Rpc rpc, String kind, String token, Refusal expected, SmallestRequest requests) {
    // Every service has snapshots to export.
    String service = rpc.service().equals("snapshot") ? "cache" : rpc.service();
    grpc(service, rpc, kind, token, expected, requests);
  }

  private void grpc(
      String where,
      Rpc rpc,
      String kind,
      String token,
      Refusal expected,
      SmallestRequest requests) {
    Grpc at = connection(where);
    Channel channel = token.isEmpty() ? at.channel() : at.withToken(token);
    DynamicMessage request = requests.of(rpc.method().getInputType());
    check(
        rpc + " at " + where,
        kind,
        expected,
        () -> Refusal.ofCall(() -> AnyCall.first(rpc, request, channel, DEADLINE_SECONDS)));
  }

  private Grpc connection(String service) {
    List<Grpc> all = connections.get(service);
    if (all == null) {
      throw new IllegalStateException("there is no service " + service);
    }
    return all.get(Math.floorMod(turns.getAndIncrement(), CONNECTIONS));
  }

  private RestAnswer send(Rpc rpc, RestBinding binding, String token, String tenant) {
    return rest(token).send(binding.method(), path(rpc, binding, tenant), binding.body(rpc));
  }

  private Rest rest(String token) {
    return token.isEmpty() ? platform.rest() : platform.rest().withToken(token);
  }

  private static String path(Rpc rpc, RestBinding binding, String tenant) {
    String field = rpc.policy().getTenantField();
    return binding.path(field.isEmpty() ? Map.of() : Map.of(field, tenant));
  }

  private void check(String what, String kind, Refusal expected, Supplier<Refusal> call) {
    try {
      Refusal actual = call.get();
      if (!actual.equals(expected)) {
        wrong.add(what + ", " + kind + ": " + actual + " instead of " + expected);
      }
    } catch (AssertionError | RuntimeException e) {
      wrong.add(what + ", " + kind + ": " + e);
    }
  }

  /** Runs checks together, so many at once, and says all that went wrong. */
  private void run(Consumer<Together> checks) {
    wrong.clear();
    try (Together together = new Together()) {
      checks.accept(together);
    }
    assertThat(new ArrayList<>(wrong)).isEmpty();
  }

  private static final class Together implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore free = new Semaphore(AT_ONCE);

    void run(Runnable check) {
      free.acquireUninterruptibly();
      threads.execute(
          () -> {
            try {
              check.run();
            } finally {
              free.release();
            }
          });
    }

    @Override
    public void close() {
      threads.close();
    }
  }

  private ECKey serviceKey() throws Exception {
    return ECKey.parse(Files.readString(platform.instance().home().resolve("keys/cache.jwk")));
  }

  /** A token that the cache service could have signed. */
  private String serviceToken(String audience, int fromSeconds, int toSeconds) throws Exception {
    Instant now = Instant.now();
    return Forger.sign(
        new JWTClaimsSet.Builder()
            .issuer("kryonix-services")
            .audience(audience)
            .subject("cache")
            .notBeforeTime(Date.from(now.plusSeconds(fromSeconds)))
            .expirationTime(Date.from(now.plusSeconds(toSeconds)))
            .build(),
        serviceKey());
  }
}
