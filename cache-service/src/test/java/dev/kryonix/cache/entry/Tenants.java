package dev.kryonix.cache.entry;

import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Tenants for tests: each new, with a key of its own. */
public final class Tenants {
  private Tenants() {}

  public static TenantView create(SecretBox secrets, String id, long keys, long bytes) {
    return create(
        secrets, id, "basic", CacheLimits.newBuilder().setKeys(keys).setMemoryBytes(bytes).build());
  }

  /** A tenant of that plan with limits of its own, under a regime that asks for encryption. */
  public static TenantView create(SecretBox secrets, String id, String plan, CacheLimits limits) {
    return create(secrets, id, plan, limits, Set.of("lgpd"));
  }

  /** A tenant under those compliance regimes. */
  public static TenantView create(
      SecretBox secrets, String id, String plan, CacheLimits limits, Set<String> regimes) {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return new TenantView(
        new TenantId(id),
        uid,
        1,
        Serving.SERVING,
        plan,
        Set.of("crm", "whatsapp"),
        Limits.newBuilder().setCache(limits).build(),
        "default",
        List.of(secrets.seal(uid, "tenant-key", "k1", key)),
        regimes,
        Set.of());
  }
}
