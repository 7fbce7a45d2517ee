package dev.kryonix.tenant.tenants;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How tenants' secrets are rotated.
 *
 * @param keyNotice how long services know a new tenant key before it is used. Longer than the lease
 *     of the state stream (60 s), after which a service that has not heard of it serves nobody
 */
@ConfigurationProperties("kryonix.secrets")
record SecretsConfig(@Bindable(defaultValue = "2m") Duration keyNotice) {
  SecretsConfig {
    if (!keyNotice.isPositive()) {
      throw new IllegalArgumentException("KRYONIX_TENANT_KEY_NOTICE must be positive");
    }
  }
}
