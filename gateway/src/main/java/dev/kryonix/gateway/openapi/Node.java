package dev.kryonix.gateway.openapi;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An object of the document, with its members in the order in which they were put. */
final class Node {
  private final Map<String, Object> members = new LinkedHashMap<>();

  static Node of(String name, Object value) {
    return new Node().put(name, value);
  }

  /** A reference to a component, such as {@code schemas/google.rpc.Status}. */
  static Node ref(String component) {
    return of("$ref", "#/components/" + component);
  }

  /** A node with one list of texts; without the empty ones, which leave an empty list. */
  static Node list(String name, String... texts) {
    Node node = new Node();
    node.members.put(name, Stream.of(texts).filter(text -> !text.isEmpty()).toList());
    return node;
  }

  /**
   * Puts a string, number, boolean, node, or a list of these; an empty text or list is left out.
   */
  Node put(String name, Object value) {
    boolean nothing =
        (value instanceof String text && text.isEmpty())
            || (value instanceof Collection<?> list && list.isEmpty());
    if (!nothing) {
      members.put(name, value);
    }
    return this;
  }

  /** Puts a flag when it is set. */
  Node flag(String name, boolean set) {
    return set ? put(name, true) : this;
  }

  Node putAll(Node other) {
    members.putAll(other.members);
    return this;
  }

  Node remove(String name) {
    members.remove(name);
    return this;
  }

  /** Moves members to a node of their own. */
  Node take(String... names) {
    Node taken = new Node();
    for (String name : names) {
      Object value = members.remove(name);
      if (value != null) {
        taken.members.put(name, value);
      }
    }
    return taken;
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** The node at a name, made when there is none. */
  Node child(String name) {
    return (Node) members.computeIfAbsent(name, n -> new Node());
  }

  /** The tree as maps and lists. */
  Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>();
    members.forEach((name, value) -> plain.put(name, plain(value)));
    return plain;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Node node -> node.plain();
      case List<?> list -> list.stream().map(Node::plain).toList();
      default -> value;
    };
  }
}
