package dev.kryonix.gateway.route;

import dev.kryonix.gateway.route.PathTemplate.Segment;
import dev.kryonix.gateway.route.PathTemplate.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * Recursive descent over the grammar in google/api/http.proto:
 *
 * <pre>
 * Template = "/" Segments [ Verb ] ;     Segments = Segment { "/" Segment } ;
 * Segment  = "*" | "**" | LITERAL | Variable ;
 * Variable = "{" FieldPath [ "=" Segments ] "}" ;   FieldPath = IDENT { "." IDENT } ;   Verb = ":" LITERAL ;
 * </pre>
 */
final class PathTemplateParser {
  private final String source;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Variable> variables = new ArrayList<>();
  private int at;

  PathTemplateParser(String source) {
    this.source = source;
  }

  PathTemplate parse() {
    expect('/');
    segments(false);
    String verb = "";
    if (at < source.length() && source.charAt(at) == ':') {
      at++;
      verb = literal();
    }
    if (at != source.length()) {
      throw wrong("unexpected '" + source.charAt(at) + "'");
    }
    for (int i = 0; i < segments.size() - 1; i++) {
      if (segments.get(i) instanceof Segment.Rest) {
        throw wrong("'**' must be the last segment");
      }
    }
    return new PathTemplate(source, segments, verb, variables);
  }

  private void segments(boolean inVariable) {
    segment(inVariable);
    while (at < source.length() && source.charAt(at) == '/') {
      at++;
      segment(inVariable);
    }
  }

  private void segment(boolean inVariable) {
    if (source.startsWith("**", at)) {
      at += 2;
      segments.add(new Segment.Rest());
    } else if (source.startsWith("*", at)) {
      at++;
      segments.add(new Segment.One());
    } else if (source.startsWith("{", at)) {
      if (inVariable) {
        throw wrong("a variable inside a variable");
      }
      variable();
    } else {
      segments.add(new Segment.Literal(literal()));
    }
  }

  private void variable() {
    expect('{');
    int start = at;
    while (at < source.length() && isFieldPath(source.charAt(at))) {
      at++;
    }
    String field = source.substring(start, at);
    if (field.isEmpty() || field.startsWith(".") || field.endsWith(".") || field.contains("..")) {
      throw wrong("a field path is missing");
    }
    if (variables.stream().anyMatch(v -> v.field().equals(field))) {
      throw wrong("the field " + field + " is bound twice");
    }
    int from = segments.size();
    if (at < source.length() && source.charAt(at) == '=') {
      at++;
      segments(true);
    } else {
      segments.add(new Segment.One());
    }
    expect('}');
    boolean open = segments.getLast() instanceof Segment.Rest;
    variables.add(new Variable(field, from, open ? Variable.OPEN : segments.size()));
  }

  private String literal() {
    int start = at;
    while (at < source.length() && "/{}*:=".indexOf(source.charAt(at)) < 0) {
      at++;
    }
    if (at == start) {
      throw wrong("a segment is missing");
    }
    return source.substring(start, at);
  }

  private static boolean isFieldPath(char c) {
    return c == '_' || c == '.' || Character.isLetterOrDigit(c);
  }

  private void expect(char c) {
    if (at >= source.length() || source.charAt(at) != c) {
      throw wrong("'" + c + "' expected");
    }
    at++;
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(
        "path template \"" + source + "\", character " + (at + 1) + ": " + what);
  }
}
