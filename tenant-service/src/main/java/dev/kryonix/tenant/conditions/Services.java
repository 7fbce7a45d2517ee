package dev.kryonix.tenant.conditions;

import java.util.List;

/** The services that a tenant needs. */
public final class Services {
  /** A tenant is active when each of these has made its first generation true. */
  public static final List<String> REQUIRED = List.of("messaging", "cache", "backup");

  private Services() {}
}
