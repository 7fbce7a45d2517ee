package dev.kryonix.cache.entry;

import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.util.Collections;
import java.util.List;

/**
 * Whose values are encrypted in Redis: those of tenants under one of these compliance regimes.
 *
 * @param regimes the regimes; {@code *} stands for every tenant
 */
@ConfigurationProperties("kryonix.cache.encryption")
record Encryption(@Bindable(defaultValue = "lgpd,gdpr,hipaa") List<String> regimes) {
  Encryption {
    regimes = List.copyOf(regimes);
  }

  boolean applies(TenantView tenant) {
    return regimes.contains("*") || !Collections.disjoint(regimes, tenant.compliance());
  }
}
