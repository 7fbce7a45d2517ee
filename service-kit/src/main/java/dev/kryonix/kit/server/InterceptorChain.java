package dev.kryonix.kit.server;

import dev.kryonix.kit.errors.ErrorsInterceptor;
import dev.kryonix.kit.identity.TokenVerifier;
import dev.kryonix.kit.policy.ActingGate;
import dev.kryonix.kit.policy.CallerInterceptor;
import dev.kryonix.kit.policy.MethodPolicies;
import dev.kryonix.kit.policy.PolicyInterceptor;
import dev.kryonix.kit.policy.TenantGate;
import dev.kryonix.kit.telemetry.RpcMetrics;
import dev.kryonix.kit.telemetry.Tracing;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * The order in which a call passes the interceptors, outermost first. This is the only place that
 * knows it.
 */
@Singleton
public final class InterceptorChain {
  private final Tracing tracing;
  private final RpcMetrics metrics;
  private final TokenVerifier tokens;
  private final Optional<TenantGate> tenants;
  private final Optional<ActingGate> acting;
  private final ValidationInterceptor validation = new ValidationInterceptor();

  InterceptorChain(
      Tracing tracing,
      RpcMetrics metrics,
      TokenVerifier tokens,
      Optional<TenantGate> tenants,
      Optional<ActingGate> acting) {
    this.tracing = tracing;
    this.metrics = metrics;
    this.tokens = tokens;
    this.tenants = tenants;
    this.acting = acting;
  }

  /** The service behind the whole chain. */
  ServerServiceDefinition around(ServerServiceDefinition service, MethodPolicies policies) {
    // Where the request has been parsed. The policy comes first, so that a stranger learns nothing
    // of the rules.
    ServerServiceDefinition parsed =
        intercept(service, new PolicyInterceptor(policies, tenants, acting), validation);
    // The bytes are parsed inside of what follows, so that a malformed message is a refusal like
    // any other.
    return intercept(
        ServerInterceptors.useInputStreamMessages(parsed),
        // Every hop belongs to a trace, refused calls too.
        tracing.serverInterceptor(),
        // Counts every call with the status that the caller saw.
        metrics,
        // Inside of the counting, outside of all that refuses.
        new ErrorsInterceptor(),
        // The caller is known before anything of the request is looked at.
        new CallerInterceptor(tokens, policies));
  }

  private static ServerServiceDefinition intercept(
      ServerServiceDefinition service, ServerInterceptor... outermostFirst) {
    return ServerInterceptors.interceptForward(service, List.of(outermostFirst));
  }
}
