package dev.kryonix.gateway.route;

import java.util.Map;
import java.util.Set;

/** What a request's method and path lead to. */
public sealed interface Match<T> {
  /**
   * A route.
   *
   * @param target what was added for the template
   * @param captures the values of the template's variables, decoded, by field path
   */
  record Found<T>(T target, Map<String, String> captures) implements Match<T> {}

  /** The path exists, but only for these methods. */
  record OtherMethods<T>(Set<String> allowed) implements Match<T> {}

  /** No template matches the path. */
  record Nothing<T>() implements Match<T> {}
}
