package dev.kryonix.messaging.topology;

import dev.kryonix.kit.crypto.SealBrokenException;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.BrokerPasswords;
import jakarta.inject.Singleton;
import java.security.SecureRandom;

/** Draws up what tenants must have in the broker. */
@Singleton
final class Blueprints {
  private final BrokerConfig config;
  private final BrokerPasswords passwords;
  private final HistoryRules history;
  private final Operations operations;
  private final SecureRandom random = new SecureRandom();

  Blueprints(
      BrokerConfig config, BrokerPasswords passwords, HistoryRules history, Operations operations) {
    this.config = config;
    this.passwords = passwords;
    this.history = history;
    this.operations = operations;
  }

  /**
   * What the tenant must have.
   *
   * @throws ReconcileException when it cannot be given it
   */
  Blueprint of(TenantView tenant) throws ReconcileException {
    if (Names.user(tenant.id()).equals(config.user())) {
      throw new ReconcileException(
          "BrokerUserTaken",
          "the tenant's broker user would be '%s', the platform's own".formatted(config.user()));
    }
    try {
      String password =
          passwords
              .newest(tenant)
              .orElseThrow(
                  () -> new ReconcileException("SecretMissing", "there is no broker password"));
      return new Blueprint(tenant, password, history, ownQueues(tenant), random);
    } catch (SealBrokenException e) {
      throw new ReconcileException(
          "SecretUnreadable", "the broker password does not open under this platform key", e);
    }
  }

  /** The queues beside the plan's: delay queues, dead letters of each module, the history. */
  private int ownQueues(TenantView tenant) {
    return RetryTier.values().length + operations.modules() + (history.keeps(tenant) ? 1 : 0);
  }
}
