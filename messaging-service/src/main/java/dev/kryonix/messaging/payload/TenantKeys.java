package dev.kryonix.messaging.payload;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.Hkdf;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The tenants' keys as the state stream brings them, unsealed for as long as they are used. A
 * rotation brings a newer one to the front; older ones still open what was sealed under them.
 */
@Singleton
public final class TenantKeys {
  private static final String PURPOSE = "tenant-key";
  private static final int MOST = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final SecretBox secrets;
  private final Cache<Id, SecretKey> open =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(KEPT).build();

  public TenantKeys(SecretBox secrets) {
    this.secrets = secrets;
  }

  private record Id(TenantUid tenant, String key) {}

  /** The id of the key that is in use now. */
  public String currentId(TenantView tenant) {
    return current(tenant).getId();
  }

  /** A key for one purpose, derived from the tenant's key of that id; empty when it is gone. */
  public Optional<SecretKey> derive(TenantView tenant, String id, byte[] salt, String info) {
    return tenant.secrets().stream()
        .filter(secret -> secret.getPurpose().equals(PURPOSE) && secret.getId().equals(id))
        .findFirst()
        .map(secret -> Hkdf.aesKey(unseal(tenant, secret), salt, info));
  }

  private static SealedSecret current(TenantView tenant) {
    return tenant
        .secret(PURPOSE)
        .orElseThrow(() -> new IllegalStateException("no key for tenant " + tenant.id()));
  }

  private SecretKey unseal(TenantView tenant, SealedSecret secret) {
    return open.get(
        new Id(tenant.uid(), secret.getId()),
        unused -> new SecretKeySpec(secrets.open(secret, tenant.uid()), "HKDF"));
  }
}
