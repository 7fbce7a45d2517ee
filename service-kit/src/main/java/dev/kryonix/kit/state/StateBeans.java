package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.server.Channels;
import dev.kryonix.kit.server.ServerConfig;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Wires the state client to the process: who it is, and the way to tenant-service. */
@Factory
@Requires(beans = TenantReconciler.class)
final class StateBeans {
  @Singleton
  StateSession.Identity identity(ServerConfig server, StateConfig state) {
    return new StateSession.Identity(
        server.service(), UUID.randomUUID().toString(), state.parallelism());
  }

  @Singleton
  Network network(Channels channels, ServiceCredentials credentials) {
    return new GrpcNetwork(
        StateServiceGrpc.newStub(channels.to("tenant")).withCallCredentials(credentials));
  }
}
