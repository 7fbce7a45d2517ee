package dev.kryonix.cache.session;

import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.TenantSpace;
import java.util.Base64;
import java.util.OptionalInt;

/** What putting back entries of sessions takes. */
public final class SessionEntries {
  /** The module of sessions' entries. */
  public static final String MODULE = SessionIds.MODULE;

  private SessionEntries() {}

  /** Whether an entry is a session or a user's list, rather than what a request was answered. */
  public static boolean isKept(EntryKey address) {
    return address.type().equals(SessionIds.SESSION) || address.type().equals(SessionIds.USER);
  }

  /**
   * The bucket where the entry must lie; none for a session whose id was drawn for another way of
   * spreading: it could not be ended together with its user's others.
   */
  public static OptionalInt bucket(TenantSpace space, EntryKey address, Content content) {
    int own = space.number(Base64.getUrlDecoder().decode(address.key()));
    if (address.type().equals(SessionIds.USER)) {
      return OptionalInt.of(own);
    }
    return SessionIds.bucketOfUser(space, user(content)) == own
        ? OptionalInt.of(own)
        : OptionalInt.empty();
  }

  /** The user's list that an entry is, or that names it. */
  public static EntryKey leader(EntryKey address, Content content) {
    return address.type().equals(SessionIds.USER) ? address : SessionIds.user(user(content));
  }

  private static String user(Content content) {
    return SessionState.parse(content.value()).session().getUser();
  }
}
