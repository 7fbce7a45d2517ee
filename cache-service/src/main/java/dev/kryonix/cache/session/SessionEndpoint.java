package dev.kryonix.cache.session;

import dev.kryonix.api.cache.v1.SessionServiceGrpc.SessionServiceImplBase;
import jakarta.inject.Singleton;

/** SessionService: offered, so that its RPCs answer like the others; all are UNIMPLEMENTED. */
@Singleton
final class SessionEndpoint extends SessionServiceImplBase {}
