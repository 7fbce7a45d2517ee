package dev.kryonix.kit.policy;

import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.policy.LoadGate.Place;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Has each call of a tenant pass the gate, and gives its place back when it ends. */
public final class LoadInterceptor implements ServerInterceptor {
  private final MethodPolicies policies;
  private final LoadGate gate;

  public LoadInterceptor(MethodPolicies policies, LoadGate gate) {
    this.policies = policies;
    this.gate = gate;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodPolicy policy = policies.of(call.getMethodDescriptor().getFullMethodName());
    if (policy.exposure() != Exposure.EXPOSURE_TENANT) {
      return next.startCall(call, headers);
    }
    Principal caller = Callers.current();
    gate.requireRoom(caller, policy);
    return new Gated<>(next.startCall(call, headers), () -> gate.enter(caller, policy));
  }

  /**
   * Every call that was started ends with one of the two; gRPC tells a call one thing at a time.
   */
  private static final class Gated<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Supplier<Place> gate;
    private @Nullable Place place;

    Gated(ServerCall.Listener<Q> delegate, Supplier<Place> gate) {
      super(delegate);
      this.gate = gate;
    }

    @Override
    public void onMessage(Q message) {
      if (place == null) {
        place = gate.get();
      }
      super.onMessage(message);
    }

    @Override
    public void onComplete() {
      leave();
      super.onComplete();
    }

    @Override
    public void onCancel() {
      leave();
      super.onCancel();
    }

    private void leave() {
      Place taken = place;
      place = null;
      if (taken != null) {
        taken.leave();
      }
    }
  }
}
