package dev.kryonix.gateway.route;

import dev.kryonix.gateway.route.PathTemplate.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a request path: raw, for captures, and decoded, to compare with literals.
 * Routing, authorization and binding all read this one parse.
 */
final class RequestPath {
  private final List<String> raw;
  private final List<String> decoded;

  private RequestPath(List<String> raw, List<String> decoded) {
    this.raw = raw;
    this.decoded = decoded;
  }

  /** Splits a path. Dot segments are refused, escaped or not, rather than resolved. */
  static RequestPath parse(String path) throws MalformedPathException {
    if (path.isEmpty() || path.charAt(0) != '/') {
      throw new MalformedPathException("the path does not begin with '/'");
    }
    List<String> raw = new ArrayList<>(8);
    List<String> decoded = new ArrayList<>(8);
    for (int start = 1; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String segment = path.substring(start, end);
      String text = Percent.decode(segment);
      if (text.equals(".") || text.equals("..")) {
        throw new MalformedPathException("the path has the segment '" + segment + "'");
      }
      if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
        throw new MalformedPathException("the path has a control character");
      }
      raw.add(segment);
      decoded.add(text);
      start = end + 1;
    }
    return new RequestPath(raw, decoded);
  }

  int size() {
    return raw.size();
  }

  String decoded(int index) {
    return decoded.get(index);
  }

  boolean isEmpty(int index) {
    return raw.get(index).isEmpty();
  }

  /** What stands behind the last colon that is not escaped, or empty. */
  String verb() {
    String last = raw.getLast();
    int colon = last.lastIndexOf(':');
    return colon < 0 ? "" : last.substring(colon + 1);
  }

  /** The path without its verb. */
  RequestPath withoutVerb() throws MalformedPathException {
    String last = raw.getLast();
    List<String> shorter = new ArrayList<>(raw);
    List<String> text = new ArrayList<>(decoded);
    shorter.set(raw.size() - 1, last.substring(0, last.lastIndexOf(':')));
    text.set(raw.size() - 1, Percent.decode(shorter.getLast()));
    return new RequestPath(shorter, text);
  }

  /** The value of a variable of a template that matched. */
  String capture(Variable variable) {
    if (variable.single()) {
      return decoded.get(variable.from());
    }
    int to = variable.to() == Variable.OPEN ? raw.size() : variable.to();
    String joined = String.join("/", raw.subList(variable.from(), to));
    try {
      return Percent.decodeKeepingSlash(joined);
    } catch (MalformedPathException e) {
      throw new IllegalStateException("the path was decoded before", e);
    }
  }
}
