package dev.kryonix.kit.server;

import dev.kryonix.kit.errors.CommonErrors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Refuses new calls while the process drains; health checks are still answered. */
final class DrainInterceptor implements ServerInterceptor {
  private static final String HEALTH = "grpc.health.v1.Health/";

  private final Readiness readiness;

  DrainInterceptor(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    boolean health = call.getMethodDescriptor().getFullMethodName().startsWith(HEALTH);
    if (readiness.isDraining() && !health) {
      throw CommonErrors.notServing("the service is stopping");
    }
    return next.startCall(call, headers);
  }
}
