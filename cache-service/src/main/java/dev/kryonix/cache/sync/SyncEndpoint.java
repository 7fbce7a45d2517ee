package dev.kryonix.cache.sync;

import dev.kryonix.api.cache.v1.SyncServiceGrpc.SyncServiceImplBase;
import jakarta.inject.Singleton;

/** SyncService: offered, so that its RPCs answer like the others; all are UNIMPLEMENTED. */
@Singleton
final class SyncEndpoint extends SyncServiceImplBase {}
