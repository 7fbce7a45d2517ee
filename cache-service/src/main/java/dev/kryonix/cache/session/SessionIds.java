package dev.kryonix.cache.session;

import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.TenantSpace;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Ids of sessions, and where a session and its user's list are kept.
 *
 * <p>An id is all that its bearer needs, so the key of an entry holds its SHA-256 only: who sees
 * Redis's keys, in a monitor, a log or a dump, cannot use a session. The id itself is in the
 * entry's value, which is always encrypted, since the user's list of sessions returns it.
 *
 * <p>A user's sessions are in one bucket, so that they can be counted and ended in one step. Where
 * a tenant has several, ids are drawn until one falls in the user's bucket; that takes at most 4 of
 * the 256 random bits.
 */
final class SessionIds {
  static final String MODULE = "kryonix_session";
  static final String SESSION = "session";
  static final String USER = "user";
  private static final int ID_BYTES = 32;
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final SecureRandom random = new SecureRandom();

  /** A new id for a session of a user that is kept in that bucket. */
  String draw(TenantSpace space, int bucket) {
    byte[] id = new byte[ID_BYTES];
    String text;
    do {
      random.nextBytes(id);
      text = TEXT.encodeToString(id);
    } while (bucketOfSession(space, text) != bucket);
    return text;
  }

  /** The bucket of the session of that id. */
  static int bucketOfSession(TenantSpace space, String id) {
    return space.number(sha256("session", id));
  }

  /** The bucket of all sessions of that user. */
  static int bucketOfUser(TenantSpace space, String user) {
    return space.number(sha256("user", user));
  }

  /** The entry of the session of that id. */
  static EntryKey session(String id) {
    return new EntryKey(MODULE, SESSION, TEXT.encodeToString(sha256("session", id)));
  }

  /** The entry with the ids of a user's sessions. */
  static EntryKey user(String user) {
    return new EntryKey(MODULE, USER, TEXT.encodeToString(sha256("user", user)));
  }

  /** The entry with what a request of a user was answered. */
  static EntryKey request(String user, String requestId) {
    return new EntryKey(
        MODULE, "request", TEXT.encodeToString(sha256(user.length() + ":" + user, requestId)));
  }

  private static byte[] sha256(String what, String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((what + "\n").getBytes(StandardCharsets.UTF_8));
      return digest.digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
