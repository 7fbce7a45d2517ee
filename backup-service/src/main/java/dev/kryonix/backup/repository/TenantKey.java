package dev.kryonix.backup.repository;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A version of a tenant's own key, which wraps the keys of its repository. Never leaves the
 * process.
 */
public record TenantKey(String id, SecretKey key) {
  public static TenantKey of(String id, byte[] key) {
    return new TenantKey(id, new SecretKeySpec(key, "HKDF"));
  }

  @Override
  public String toString() {
    return "TenantKey[" + id + "]";
  }
}
