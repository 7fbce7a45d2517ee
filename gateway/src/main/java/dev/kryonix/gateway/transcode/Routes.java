package dev.kryonix.gateway.transcode;

import com.google.api.HttpRule;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.gateway.route.RouteTree;
import java.util.ArrayList;
import java.util.List;

/** The REST routes of every RPC that may be called from outside, compiled at start. */
public final class Routes {
  private final RouteTree<Binding> tree = new RouteTree<>();
  private final List<Binding> bindings = new ArrayList<>();

  public Routes(Contract contract) {
    for (Rpc rpc : contract.rpcs()) {
      if (rpc.internal()) {
        continue;
      }
      for (HttpRule rule : rpc.rules()) {
        Binding binding = Binding.compile(rpc, rule);
        tree.add(binding.httpMethod(), binding.template(), binding);
        bindings.add(binding);
      }
    }
  }

  /** Finds the binding of a request; the path is raw and without query. */
  public Match<Binding> find(String httpMethod, String path) throws MalformedPathException {
    return tree.find(httpMethod, path);
  }

  /** All routes, in the order of the contracts. */
  public List<Binding> all() {
    return List.copyOf(bindings);
  }
}
