package dev.kryonix.messaging;

import dev.kryonix.api.messaging.v1.MobileServiceGrpc.MobileServiceImplBase;
import jakarta.inject.Singleton;

/** MobileService: offered, so that reflection shows it; its RPCs answer UNIMPLEMENTED. */
@Singleton
final class MobileEndpoint extends MobileServiceImplBase {}
