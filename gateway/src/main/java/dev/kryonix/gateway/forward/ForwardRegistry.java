package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.access.AccessLog;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.gateway.upstream.Targets;
import io.grpc.HandlerRegistry;
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

  private final AccessLog log;

  ForwardRegistry(Targets targets, CallStarter starter, AccessLog log) {
    this.log = log;
    for (Target target : targets.all()) {
      methods.put(
          target.rpc().name(),
          ServerMethodDefinition.create(
              target.method(), (call, headers) -> starter.start(target, call, headers)));
    }
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    return find(name);
  }

  /** The method of that name, or one that answers that there is none. */
  public ServerMethodDefinition<Frame, Frame> find(String name) {
    ServerMethodDefinition<Frame, Frame> known = methods.get(name);
    return known != null ? known : UnknownMethod.of(name, log);
  }
}
