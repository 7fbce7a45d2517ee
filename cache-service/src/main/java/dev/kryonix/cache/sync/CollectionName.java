package dev.kryonix.cache.sync;

import dev.kryonix.cache.entry.EntryKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A user's collection, and the entries that it is kept in: its log, each document, and what is
 * remembered of each device. All are in one bucket.
 */
record CollectionName(String user, String collection) {
  static final String MODULE = "kryonix_sync";
  static final String LOG = "log";

  /** What decides the bucket. */
  byte[] place() {
    return digest("collection", user, collection);
  }

  EntryKey log() {
    return new EntryKey(MODULE, LOG, text(place()));
  }

  EntryKey document(String id) {
    return new EntryKey(MODULE, "document", text(place()) + "/" + id);
  }

  EntryKey device(String device) {
    return new EntryKey(MODULE, "device", text(place()) + "/" + text(digest("device", device)));
  }

  static String text(byte[] digest) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  /** Of several texts, each with its length, so that none runs into the next. */
  static byte[] digest(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8));
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
