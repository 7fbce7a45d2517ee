package dev.kryonix.backup.repository;

import java.security.SecureRandom;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of one repository, unwrapped: what names chunks, what cuts them, and what encrypts them
 * in each epoch. The first two never change, because the chunks' ids and borders follow from them.
 */
record RepositoryKeys(
    SecretKey idKey, SecretKey gearKey, NavigableMap<Integer, SecretKey> dataKeys) {
  static final int KEY_BYTES = 32;

  RepositoryKeys {
    if (dataKeys.isEmpty()) {
      throw new IllegalArgumentException("a repository has at least one data key");
    }
    dataKeys = new TreeMap<>(dataKeys);
  }

  static RepositoryKeys random(SecureRandom random) {
    return new RepositoryKeys(key(random), key(random), new TreeMap<>(Map.of(1, key(random))));
  }

  /** The epoch whose key seals new objects. */
  int currentEpoch() {
    return dataKeys.lastKey();
  }

  @Override
  public String toString() {
    return "RepositoryKeys[epochs " + dataKeys.keySet() + "]";
  }

  /** A key of those bytes; the algorithm is that of whoever uses it. */
  static SecretKey of(byte[] key) {
    return new SecretKeySpec(key, "HKDF");
  }

  private static SecretKey key(SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return of(key);
  }
}
