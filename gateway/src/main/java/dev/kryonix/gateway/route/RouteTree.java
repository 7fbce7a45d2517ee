package dev.kryonix.gateway.route;

import dev.kryonix.gateway.route.PathTemplate.Segment;
import dev.kryonix.gateway.route.PathTemplate.Variable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Path templates as a tree by segment. A literal wins over {@code *}, which wins over {@code **}; a
 * route with the request's verb wins over one that takes the verb as part of its last segment.
 * Built at start, then only read.
 */
public final class RouteTree<T> {
  /** The method of a rule that takes every method. */
  public static final String ANY_METHOD = "*";

  private final Node<T> root = new Node<>();

  /**
   * Adds a route. Throws IllegalArgumentException when one of the same method and shape is there.
   */
  public void add(String method, PathTemplate template, T target) {
    Node<T> node = root;
    for (Segment segment : template.segments()) {
      node =
          switch (segment) {
            case Segment.Literal literal ->
                node.literals.computeIfAbsent(literal.text(), text -> new Node<>());
            case Segment.One one -> node.one();
            case Segment.Rest rest -> node.rest();
          };
    }
    Map<String, Leaf<T>> leaves =
        node.leaves.computeIfAbsent(template.verb(), v -> new HashMap<>());
    Leaf<T> other = leaves.putIfAbsent(method, new Leaf<>(template, target));
    if (other != null) {
      throw new IllegalArgumentException(
          "two routes for "
              + method
              + " "
              + template.source()
              + ": "
              + other.target
              + " and "
              + target);
    }
  }

  /** Finds the route of a request. The path is without query. */
  public Match<T> find(String method, String path) throws MalformedPathException {
    RequestPath whole = RequestPath.parse(path);
    Set<String> allowed = new TreeSet<>();
    String verb = whole.verb();
    if (!verb.isEmpty()) {
      Search<T> search = new Search<>(method, verb, whole.withoutVerb(), allowed);
      Leaf<T> leaf = search.from(root, 0);
      if (leaf != null) {
        return search.found(leaf);
      }
    }
    Search<T> search = new Search<>(method, "", whole, allowed);
    Leaf<T> leaf = search.from(root, 0);
    if (leaf != null) {
      return search.found(leaf);
    }
    return allowed.isEmpty() ? new Match.Nothing<>() : new Match.OtherMethods<>(allowed);
  }

  private static final class Node<T> {
    final Map<String, Node<T>> literals = new HashMap<>();
    @Nullable Node<T> one;
    @Nullable Node<T> rest;

    /** By verb, then by method. */
    final Map<String, Map<String, Leaf<T>>> leaves = new HashMap<>();

    Node<T> one() {
      Node<T> child = one != null ? one : new Node<>();
      one = child;
      return child;
    }

    Node<T> rest() {
      Node<T> child = rest != null ? rest : new Node<>();
      rest = child;
      return child;
    }
  }

  private record Leaf<T>(PathTemplate template, T target) {}

  private record Search<T>(String method, String verb, RequestPath path, Set<String> allowed) {
    /**
     * Depth first, the more specific child first. The depth is bounded by the templates, not by the
     * path.
     */
    @Nullable Leaf<T> from(Node<T> node, int index) {
      Leaf<T> leaf = null;
      if (index == path.size()) {
        leaf = here(node);
      } else if (!path.isEmpty(index)) {
        Node<T> literal = node.literals.get(path.decoded(index));
        leaf = literal == null ? null : from(literal, index + 1);
        if (leaf == null && node.one != null) {
          leaf = from(node.one, index + 1);
        }
      }
      if (leaf == null && node.rest != null && noneEmpty(index)) {
        leaf = here(node.rest);
      }
      return leaf;
    }

    private boolean noneEmpty(int index) {
      for (int i = index; i < path.size(); i++) {
        if (path.isEmpty(i)) {
          return false;
        }
      }
      return true;
    }

    private @Nullable Leaf<T> here(Node<T> node) {
      Map<String, Leaf<T>> leaves = node.leaves.get(verb);
      if (leaves == null) {
        return null;
      }
      Leaf<T> exact = leaves.get(method);
      Leaf<T> leaf = exact != null ? exact : leaves.get(ANY_METHOD);
      if (leaf == null) {
        allowed.addAll(leaves.keySet());
      }
      return leaf;
    }

    Match<T> found(Leaf<T> leaf) {
      Map<String, String> captures = new LinkedHashMap<>();
      for (Variable variable : leaf.template.variables()) {
        captures.put(variable.field(), path.capture(variable));
      }
      return new Match.Found<>(leaf.target, captures);
    }
  }
}
