package dev.kryonix.gateway.openapi;

import dev.kryonix.gateway.route.PathTemplate;
import dev.kryonix.gateway.route.PathTemplate.Segment;
import dev.kryonix.gateway.route.PathTemplate.Variable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A route's path as OpenAPI can write it: every wildcard of the template is a parameter of its own,
 * and what stands between the wildcards of one variable is literal text. So {@code
 * /v1/{name=shelves/*\/books/**}:move} becomes {@code /v1/shelves/{shelves}/books/{books}:move}.
 *
 * @param parts the segments, literal text or parameters
 * @param verb the part behind the last colon, or empty
 */
record PathShape(List<Part> parts, String verb) {
  private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^A-Za-z0-9_.]");

  PathShape {
    parts = List.copyOf(parts);
  }

  /** One segment of the path; a parameter may stand for several. */
  sealed interface Part {
    /** Exactly this text. */
    record Literal(String text) implements Part {}

    /**
     * A wildcard.
     *
     * @param name its name in the path
     * @param template the part of the template that it stands in, as written
     * @param field the request field that its variable binds; the value is the whole field only
     *     when {@code whole}
     * @param whole whether the wildcard is all that the variable has
     * @param open whether it takes several segments
     */
    record Parameter(String name, String template, String field, boolean whole, boolean open)
        implements Part {}
  }

  static PathShape of(PathTemplate template) {
    List<Part> parts = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < template.segments().size(); i++) {
      Segment segment = template.segments().get(i);
      if (segment instanceof Segment.Literal(String text)) {
        parts.add(new Part.Literal(text));
      } else {
        parts.add(parameter(template, i, names));
      }
    }
    return new PathShape(parts, template.verb());
  }

  private static Part.Parameter parameter(PathTemplate template, int index, Set<String> names) {
    List<Segment> segments = template.segments();
    boolean open = segments.get(index) instanceof Segment.Rest;
    Variable variable =
        template.variables().stream()
            .filter(v -> v.from() <= index && (v.to() == Variable.OPEN || index < v.to()))
            .findFirst()
            .orElse(null);
    String before =
        index > 0 && segments.get(index - 1) instanceof Segment.Literal(String text)
            ? NOT_IN_A_NAME.matcher(text).replaceAll("_")
            : "segment";
    if (variable == null) {
      return new Part.Parameter(unique(before, names), open ? "**" : "*", "", false, open);
    }
    int end = variable.to() == Variable.OPEN ? segments.size() : variable.to();
    boolean whole = end == variable.from() + 1;
    return new Part.Parameter(
        unique(whole ? variable.field() : before, names),
        written(variable.field(), segments.subList(variable.from(), end)),
        variable.field(),
        whole,
        open);
  }

  private static String written(String field, List<Segment> segments) {
    List<String> texts =
        segments.stream()
            .map(
                segment ->
                    switch (segment) {
                      case Segment.Literal literal -> literal.text();
                      case Segment.One one -> "*";
                      case Segment.Rest rest -> "**";
                    })
            .toList();
    return "{" + field + "=" + String.join("/", texts) + "}";
  }

  private static String unique(String name, Set<String> names) {
    String candidate = name;
    for (int i = 2; !names.add(candidate); i++) {
      candidate = name + i;
    }
    return candidate;
  }

  List<Part.Parameter> parameters() {
    return parts.stream()
        .filter(Part.Parameter.class::isInstance)
        .map(Part.Parameter.class::cast)
        .toList();
  }

  /** The path with its parameters in braces. */
  String path() {
    return written(Part.Parameter::name);
  }

  /** The path without names: two routes of the same form are one path of the document. */
  String form() {
    return written(parameter -> "");
  }

  private String written(java.util.function.Function<Part.Parameter, String> name) {
    StringBuilder path = new StringBuilder();
    for (Part part : parts) {
      path.append('/')
          .append(
              switch (part) {
                case Part.Literal literal -> literal.text();
                case Part.Parameter parameter -> "{" + name.apply(parameter) + "}";
              });
    }
    return verb.isEmpty() ? path.toString() : path.append(':').append(verb).toString();
  }

  /** The same path with the parameter names of another of the same form. */
  PathShape named(PathShape other) {
    List<Part> renamed = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      renamed.add(
          parts.get(i) instanceof Part.Parameter mine
                  && other.parts.get(i) instanceof Part.Parameter theirs
              ? new Part.Parameter(
                  theirs.name(), mine.template(), mine.field(), mine.whole(), mine.open())
              : parts.get(i));
    }
    return new PathShape(renamed, verb);
  }
}
