package dev.kryonix.gateway.route;

import java.util.List;

/**
 * A path template as google/api/http.proto defines it, flattened: variables are ranges over the
 * segments.
 *
 * @param source the template as written
 * @param segments its segments; only the last may be {@link Segment.Rest}
 * @param verb the part behind the last colon, or empty
 * @param variables what the template captures
 */
public record PathTemplate(
    String source, List<Segment> segments, String verb, List<Variable> variables) {
  public PathTemplate {
    segments = List.copyOf(segments);
    variables = List.copyOf(variables);
  }

  /** Reads a template. Throws IllegalArgumentException that says where it is wrong. */
  public static PathTemplate parse(String source) {
    return new PathTemplateParser(source).parse();
  }

  /** One part of a template between slashes. */
  public sealed interface Segment {
    /** Exactly this text. */
    record Literal(String text) implements Segment {}

    /** {@code *}: any one segment that is not empty. */
    record One() implements Segment {}

    /** {@code **}: all that remains, even nothing. */
    record Rest() implements Segment {}
  }

  /**
   * A captured range of segments.
   *
   * @param field the path of the request field that takes the value
   * @param from the first segment
   * @param to the segment behind the last, or {@link #OPEN} when the range ends with the path
   */
  public record Variable(String field, int from, int to) {
    /** The end of a range that ends with the path. */
    public static final int OPEN = -1;

    /** Whether the value is one segment, in which an escaped slash is a slash. */
    boolean single() {
      return to == from + 1;
    }
  }
}
