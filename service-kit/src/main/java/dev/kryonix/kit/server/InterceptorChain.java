package dev.kryonix.kit.server;

import com.google.protobuf.Message;
import dev.kryonix.kit.errors.ErrorsInterceptor;
import dev.kryonix.kit.identity.TokenVerifier;
import dev.kryonix.kit.policy.ActingGate;
import dev.kryonix.kit.policy.CallerInterceptor;
import dev.kryonix.kit.policy.LoadGate;
import dev.kryonix.kit.policy.LoadInterceptor;
import dev.kryonix.kit.policy.MethodPolicies;
import dev.kryonix.kit.policy.PolicyInterceptor;
import dev.kryonix.kit.policy.TenantGate;
import dev.kryonix.kit.telemetry.RpcMetrics;
import dev.kryonix.kit.telemetry.Tracing;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

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
  private final Optional<LoadGate> load;
  private final ContractRules rules;
  private final ValidationInterceptor validation;

  InterceptorChain(
      Tracing tracing,
      RpcMetrics metrics,
      TokenVerifier tokens,
      Optional<TenantGate> tenants,
      Optional<ActingGate> acting,
      Optional<LoadGate> load,
      ContractRules rules,
      List<EachAnswered> eachAnswered) {
    this.tracing = tracing;
    this.metrics = metrics;
    this.tokens = tokens;
    this.tenants = tenants;
    this.acting = acting;
    this.load = load;
    this.rules = rules;
    this.validation =
        new ValidationInterceptor(
            rules,
            eachAnswered.stream()
                .flatMap(each -> each.methods().stream())
                .collect(Collectors.toSet()));
  }

  /** The service behind the whole chain. */
  ServerServiceDefinition around(ServerServiceDefinition service, MethodPolicies policies) {
    // Where the request has been parsed. The policy comes first, so that a stranger learns nothing
    // of the rules.
    List<ServerInterceptor> afterParsing = new ArrayList<>();
    afterParsing.add(new PolicyInterceptor(policies, tenants, acting));
    // What is too much is refused before any of its request is read, where it can be.
    load.ifPresent(gate -> afterParsing.add(new LoadInterceptor(policies, gate)));
    afterParsing.add(validation);
    ServerServiceDefinition parsed = ServerInterceptors.interceptForward(service, afterParsing);
    // The bytes are parsed inside of what follows, so that a malformed message is a refusal like
    // any other.
    return intercept(
        ServerInterceptors.useMarshalledMessages(parsed, new BytesMarshaller()),
        // Every hop belongs to a trace, refused calls too.
        tracing.serverInterceptor(),
        // Counts every call with the status that the caller saw.
        metrics,
        RefusableCall.interceptor(),
        // Inside of the counting, outside of all that refuses.
        new ErrorsInterceptor(),
        // The caller is known before anything of the request is looked at.
        new CallerInterceptor(tokens, policies));
  }

  /** Makes ready what the first call of a method would have to wait for. */
  void prepare(MethodDescriptor<?, ?> method) {
    if (method.getRequestMarshaller() instanceof PrototypeMarshaller<?> requests
        && requests.getMessagePrototype() instanceof Message prototype) {
      rules.prepare(prototype);
    }
  }

  private static ServerServiceDefinition intercept(
      ServerServiceDefinition service, ServerInterceptor... outermostFirst) {
    return ServerInterceptors.interceptForward(service, List.of(outermostFirst));
  }
}
