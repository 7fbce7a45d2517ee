package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.gateway.upstream.Targets;
import dev.kryonix.kit.telemetry.RpcMetrics;
import io.grpc.HandlerRegistry;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The methods that are forwarded: those of the contract that may be called from outside. Every
 * other name, an internal RPC's too, gets the same answer: there is no such method.
 */
@Singleton
public final class ForwardRegistry extends HandlerRegistry {
  private final Map<String, ServerMethodDefinition<Frame, Frame>> methods = new HashMap<>();

  ForwardRegistry(Targets targets, CallStarter starter, RpcMetrics metrics) {
    for (Target target : targets.all()) {
      ServerCallHandler<Frame, Frame> handler =
          (call, headers) -> starter.start(target, call, headers);
      methods.put(
          target.rpc().name(),
          ServerMethodDefinition.create(
              target.method(), (call, headers) -> metrics.interceptCall(call, headers, handler)));
    }
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    return find(name);
  }

  /** The method of that name, or one that answers that there is none. */
  public ServerMethodDefinition<Frame, Frame> find(String name) {
    ServerMethodDefinition<Frame, Frame> known = methods.get(name);
    return known != null ? known : UnknownMethod.of(name);
  }
}
