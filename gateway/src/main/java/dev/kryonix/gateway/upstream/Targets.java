package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.contract.Rpc;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The RPCs that may be called from outside, with where they go; an internal one is as unknown as
 * one never written.
 */
@Singleton
public final class Targets {
  private final Map<String, Target> byName = new LinkedHashMap<>();

  Targets(Contract contract, Upstreams upstreams) {
    for (Rpc rpc : contract.rpcs()) {
      if (!rpc.internal()) {
        byName.put(
            rpc.name(),
            new Target(rpc, upstreams.get(rpc.upstream()), Upstream.method(rpc.name())));
      }
    }
  }

  public Iterable<Target> all() {
    return byName.values();
  }

  public @Nullable Target find(String fullMethodName) {
    return byName.get(fullMethodName);
  }
}
