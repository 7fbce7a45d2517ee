package dev.kryonix.backup.insight;

import dev.kryonix.api.backup.v1.InsightServiceGrpc;
import jakarta.inject.Singleton;

/** Serves InsightService: every RPC answers UNIMPLEMENTED. */
@Singleton
final class InsightEndpoint extends InsightServiceGrpc.InsightServiceImplBase {}
