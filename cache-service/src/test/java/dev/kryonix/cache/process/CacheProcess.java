package dev.kryonix.cache.process;

import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.nearcache.NearCache;
import dev.kryonix.kit.nearcache.NearCacheConfig;
import dev.kryonix.testkit.ServiceProcess;
import dev.kryonix.testkit.TestTenants;
import io.grpc.CallCredentials;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The service in a process of its own, and the tenant-service that it follows. */
final class CacheProcess {
  private static final String SCOPES = "cache.read cache.write cache.admin";

  private final RedisKind kind;
  private final Path folder;
  private final Map<String, String> settings;
  private final TestTenants tenants;
  private final Server tenantService;
  private final ServiceProcess service;

  /** A service that gives Redis as much time as a busy machine may take. */
  CacheProcess(RedisKind kind, Path folder) throws IOException, JOSEException {
    this(kind, folder, Map.of("KRYONIX_REDIS_TIMEOUT", "20s"));
  }

  /** A service with settings of its own. */
  CacheProcess(RedisKind kind, Path folder, Map<String, String> settings)
      throws IOException, JOSEException {
    this.kind = kind;
    this.settings = settings;
    this.folder = folder;
    Path keys = folder.resolve("keys");
    GenerateKeys.main(new String[] {keys.toString(), "tenant", "cache", "backup"});
    tenants =
        new TestTenants(
            new SecretBox(MasterKey.read(keys.resolve("master.key")), new SecureRandom()));
    tenantService = TestTenants.serve(tenants.services());
    service = start(folder);
  }

  /** Another process of the service, on the same Redis. */
  ServiceProcess start(Path where) throws IOException {
    Files.createDirectories(where);
    Map<String, String> all = new HashMap<>(settings);
    all.put("KRYONIX_KEYS_DIR", folder.resolve("keys").toString());
    all.put("KRYONIX_INSTANCE", "it-" + UUID.randomUUID());
    all.put("KRYONIX_TENANT_ADDRESS", "127.0.0.1:" + tenantService.getPort());
    all.put("KRYONIX_REDIS_NODES", kind.nodes());
    return ServiceProcess.start("dev.kryonix.cache.Application", where, all);
  }

  /** A tenant that the service serves already. */
  DesiredTenant tenant(String plan, long keys) throws JOSEException {
    DesiredTenant tenant =
        tenants.create(
            "acme_" + UUID.randomUUID().toString().substring(0, 8),
            desired ->
                desired
                    .setPlan(plan)
                    .addModules("crm")
                    .setLimits(
                        Limits.newBuilder()
                            .setCache(
                                CacheLimits.newBuilder()
                                    .setKeys(keys)
                                    .setMemoryBytes(100_000_000))));
    CacheServiceGrpc.CacheServiceBlockingStub stub = blocking(tenant);
    await()
        .ignoreException(StatusRuntimeException.class)
        .until(() -> !stub.get(get("none")).getHit());
    return tenant;
  }

  CacheServiceGrpc.CacheServiceBlockingStub blocking(DesiredTenant tenant) throws JOSEException {
    return blocking(tenant, service);
  }

  CacheServiceGrpc.CacheServiceBlockingStub blocking(DesiredTenant tenant, ServiceProcess process)
      throws JOSEException {
    return CacheServiceGrpc.newBlockingStub(process.channel()).withCallCredentials(caller(tenant));
  }

  CacheServiceGrpc.CacheServiceStub async(DesiredTenant tenant) throws JOSEException {
    return CacheServiceGrpc.newStub(service.channel()).withCallCredentials(caller(tenant));
  }

  /** Who may write, and not read. */
  CallCredentials writer(DesiredTenant tenant) throws JOSEException {
    return tenants.caller(tenant, "cache.write");
  }

  /** A near cache of the tenant, to be closed by the caller. */
  NearCache near(DesiredTenant tenant, NearCacheConfig config) throws JOSEException {
    String token = tenants.token(tenant, SCOPES);
    return NearCache.open(service.channel(), new TenantId(tenant.getId()), () -> token, config);
  }

  static GetRequest get(String key) {
    return GetRequest.newBuilder().setModule("crm").setType("temp").setKey(key).build();
  }

  void stop() throws InterruptedException {
    service.stop();
    tenantService.shutdownNow();
  }

  private CallCredentials caller(DesiredTenant tenant) throws JOSEException {
    return tenants.caller(tenant, SCOPES);
  }
}
