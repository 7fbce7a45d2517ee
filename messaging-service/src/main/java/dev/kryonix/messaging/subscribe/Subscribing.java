package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.retry.Mover;
import dev.kryonix.messaging.retry.Moves;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;

/** What every subscription works with. */
@Singleton
record Subscribing(
    TenantDirectory tenants,
    TenantConnections connections,
    TenantQueues queues,
    Operations operations,
    Opening opening,
    Moves moves,
    Mover mover,
    Ladder ladder,
    OrderedQueues ordered,
    Leases leases,
    Buffer buffer,
    AckTokens tokens,
    Drain drain) {}
