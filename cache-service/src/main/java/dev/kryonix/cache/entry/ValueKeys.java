package dev.kryonix.cache.entry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.Hkdf;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that values are encrypted under: derived from the tenant's key, one for each day, so
 * that the random nonces under one key stay far below the 2^32 that AES-GCM allows (NIST SP
 * 800-38D, 8.3).
 */
@Singleton
final class ValueKeys {
  private static final String TENANT_KEY = "tenant-key";
  private static final long KEPT_KEYS = 20_000;

  private final SecretBox box;
  private final Cache<Id, SecretKey> keys =
      Caffeine.newBuilder().maximumSize(KEPT_KEYS).expireAfterAccess(Duration.ofHours(1)).build();

  ValueKeys(SecretBox box) {
    this.box = box;
  }

  /** The id of the tenant key that new values are encrypted under. */
  String currentKeyId(TenantView tenant) {
    return tenant
        .secret(TENANT_KEY)
        .map(SealedSecret::getId)
        .orElseThrow(() -> new IllegalStateException("tenant " + tenant.id() + " has no key"));
  }

  /**
   * The key for a value written at that time; empty when the tenant has no tenant key of that id.
   */
  Optional<SecretKey> find(TenantView tenant, String keyId, Instant writtenAt) {
    for (SealedSecret each : tenant.secrets()) {
      if (each.getPurpose().equals(TENANT_KEY) && each.getId().equals(keyId)) {
        return Optional.of(key(tenant.uid(), each, writtenAt));
      }
    }
    return Optional.empty();
  }

  private SecretKey key(TenantUid uid, SealedSecret secret, Instant writtenAt) {
    long day = writtenAt.getEpochSecond() / Duration.ofDays(1).toSeconds();
    return Objects.requireNonNull(
        keys.get(
            new Id(uid, secret.getId(), day),
            id ->
                Hkdf.aesKey(
                    new SecretKeySpec(box.open(secret, uid), "AES"),
                    uid.toBytes().toByteArray(),
                    "kryonix/cache/value/v1/" + id.day())));
  }

  private record Id(TenantUid uid, String keyId, long day) {}
}
