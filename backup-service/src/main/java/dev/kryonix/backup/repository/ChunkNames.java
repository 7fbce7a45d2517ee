package dev.kryonix.backup.repository;

import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** Gives chunks their ids, which mean nothing without the tenant's id key. Not thread-safe. */
final class ChunkNames {
  private final MessageDigest digest = Hashes.sha256();
  private final Mac mac;

  ChunkNames(SecretKey idKey) {
    this.mac = Hashes.hmac(idKey);
  }

  ChunkId of(byte[] buffer, int offset, int length) {
    digest.update(buffer, offset, length);
    return ChunkId.of(mac.doFinal(digest.digest()));
  }
}
