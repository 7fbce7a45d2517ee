package dev.kryonix.cache.insight;

import dev.kryonix.api.cache.v1.InsightServiceGrpc.InsightServiceImplBase;
import jakarta.inject.Singleton;

/** InsightService: offered, so that its RPCs answer like the others; all are UNIMPLEMENTED. */
@Singleton
final class InsightEndpoint extends InsightServiceImplBase {}
