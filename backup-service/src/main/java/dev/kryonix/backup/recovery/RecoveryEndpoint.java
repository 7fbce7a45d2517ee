package dev.kryonix.backup.recovery;

import dev.kryonix.api.backup.v1.RecoveryServiceGrpc;
import jakarta.inject.Singleton;

/** Serves RecoveryService: every RPC answers UNIMPLEMENTED. */
@Singleton
final class RecoveryEndpoint extends RecoveryServiceGrpc.RecoveryServiceImplBase {}
