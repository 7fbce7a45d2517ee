package dev.kryonix.kit.policy;

import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.policy.LoadGate.Place;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.atomic.AtomicBoolean;

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
    Place place = gate.enter(Callers.current(), policy);
    try {
      return new Leaving<>(next.startCall(call, headers), place);
    } catch (RuntimeException e) {
      place.leave();
      throw e;
    }
  }

  /** Every call that was started ends with one of the two. */
  private static final class Leaving<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Place place;
    private final AtomicBoolean left = new AtomicBoolean();

    Leaving(ServerCall.Listener<Q> delegate, Place place) {
      super(delegate);
      this.place = place;
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
      if (left.compareAndSet(false, true)) {
        place.leave();
      }
    }
  }
}
