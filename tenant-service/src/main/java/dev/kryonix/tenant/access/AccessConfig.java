package dev.kryonix.tenant.access;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Who may enter before any key exists.
 *
 * @param adminApiKey the platform's own key, {@code kry_…}; empty means that there is none
 */
@ConfigurationProperties("kryonix.access")
record AccessConfig(@Bindable(defaultValue = "") String adminApiKey) {
  private static final int SHORTEST = 24;

  AccessConfig {
    if (!adminApiKey.isEmpty()
        && (!adminApiKey.startsWith(ApiKeySecret.PREFIX) || adminApiKey.length() < SHORTEST)) {
      throw new IllegalArgumentException(
          "KRYONIX_ADMIN_API_KEY must begin with kry_ and have at least 24 characters");
    }
  }

  @Override
  public String toString() {
    return "AccessConfig[adminApiKey=***]";
  }
}
