package dev.kryonix.gateway;

import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.transcode.Routes;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/** The contract and what is compiled from it, once, at start. */
@Factory
final class ContractBeans {
  @Singleton
  Contract contract(GatewayConfig config) {
    return Contract.load(config.contracts());
  }

  @Singleton
  Routes routes(Contract contract) {
    return new Routes(contract);
  }
}
