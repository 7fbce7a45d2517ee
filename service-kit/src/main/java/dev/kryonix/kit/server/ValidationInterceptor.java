package dev.kryonix.kit.server;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;

/**
 * Holds every message against the rules of its contract, but for calls that do so themselves: see
 * {@link EachAnswered}.
 */
final class ValidationInterceptor implements ServerInterceptor {
  private final ContractRules rules;
  private final Set<String> eachAnswered;

  ValidationInterceptor(ContractRules rules, Set<String> eachAnswered) {
    this.rules = rules;
    this.eachAnswered = eachAnswered;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    if (eachAnswered.contains(call.getMethodDescriptor().getFullMethodName())) {
      return listener;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof Message proto) {
          rules.require(proto);
        }
        super.onMessage(message);
      }
    };
  }
}
