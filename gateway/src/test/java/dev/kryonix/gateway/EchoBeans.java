package dev.kryonix.gateway;

import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.kit.identity.KeySource;
import dev.kryonix.kit.policy.TenantGate;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Replaces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;

/**
 * The gateway of the tests: the contract of the echo service, keys made here, and one tenant that
 * is suspended.
 */
@Factory
final class EchoBeans {
  @Singleton
  @Replaces(value = Contract.class, factory = ContractBeans.class)
  Contract contract() throws IOException {
    return EchoContract.load();
  }

  @Singleton
  @Named("platform")
  KeySource keys() {
    return keyId -> keyId.equals(Tokens.KEY_ID) ? Tokens.verificationKey() : Optional.empty();
  }

  @Singleton
  @Primary
  TenantGate gate() {
    return EchoTenants.ALL;
  }
}
