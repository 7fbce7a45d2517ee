package dev.kryonix.tenant.access;

import dev.kryonix.kit.identity.Principal;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The scopes that a token can have. */
final class Scopes {
  /** What tokens in a tenant can have. */
  static final SortedSet<String> TENANT =
      sorted(
          List.of(
              "tenant.read",
              "tenant.write",
              "messaging.publish",
              "messaging.subscribe",
              "messaging.admin",
              "mobile.send",
              "mobile.device",
              "cache.read",
              "cache.write",
              "cache.admin",
              "backup.read",
              "backup.run",
              "backup.restore",
              "backup.admin"));

  /** What tokens of the platform can have. */
  static final SortedSet<String> PLATFORM =
      sorted(List.of(Principal.PLATFORM_ADMIN, Principal.PLATFORM_ACT_AS));

  private Scopes() {}

  static SortedSet<String> sorted(Collection<String> scopes) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(scopes));
  }
}
