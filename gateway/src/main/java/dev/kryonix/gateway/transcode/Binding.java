package dev.kryonix.gateway.transcode;

import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.route.PathTemplate;
import dev.kryonix.gateway.route.PathTemplate.Variable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP rule of an RPC, resolved against its messages. A rule that names a field which is not
 * there, or which cannot stand where the rule puts it, stops the start of the gateway.
 *
 * @param rpc the RPC
 * @param httpMethod the rule's method, or {@code *}
 * @param template the rule's path
 * @param variables the request fields that the path binds, by the field path as written
 * @param body what the HTTP body becomes
 * @param responseField the field of the response that is the answer's body; the whole response when
 *     empty
 */
public record Binding(
    Rpc rpc,
    String httpMethod,
    PathTemplate template,
    Map<String, FieldPath> variables,
    Body body,
    Optional<FieldDescriptor> responseField) {
  public Binding {
    variables = Map.copyOf(variables);
  }

  /** What the HTTP body becomes. */
  public sealed interface Body {
    /** The route takes no body; every other field is a query parameter. */
    record None() implements Body {}

    /** Every field that the path does not bind; there are no query parameters. */
    record Whole() implements Body {}

    /** This field; the others are query parameters. */
    record Field(FieldDescriptor field) implements Body {}
  }

  /** The same route with another body, such as a message of a WebSocket, which no GET has. */
  public Binding with(Body other) {
    return new Binding(rpc, httpMethod, template, variables, other, responseField);
  }

  /** Whether a WebSocket can be opened here: a GET that leads to an RPC that streams both ways. */
  public boolean opensSocket() {
    return httpMethod.equals("GET")
        && rpc.method().isClientStreaming()
        && rpc.method().isServerStreaming();
  }

  static Binding compile(Rpc rpc, HttpRule rule) {
    Descriptor request = rpc.method().getInputType();
    PathTemplate template = PathTemplate.parse(path(rule));
    Map<String, FieldPath> variables = new LinkedHashMap<>();
    for (Variable variable : template.variables()) {
      FieldPath path =
          FieldPath.find(request, variable.field())
              .filter(p -> p.takesText() && !p.last().isRepeated())
              .orElseThrow(
                  () ->
                      wrong(
                          rpc,
                          "the path binds '"
                              + variable.field()
                              + "', which is no singular scalar field of the request"));
      variables.put(variable.field(), path);
    }
    return new Binding(
        rpc,
        method(rule),
        template,
        variables,
        body(rpc, rule, request),
        Optional.of(rule.getResponseBody())
            .filter(name -> !name.isEmpty())
            .map(name -> field(rpc, rpc.method().getOutputType(), name)));
  }

  private static Body body(Rpc rpc, HttpRule rule, Descriptor request) {
    return switch (rule.getBody()) {
      case "" -> new Body.None();
      case "*" -> new Body.Whole();
      default -> new Body.Field(field(rpc, request, rule.getBody()));
    };
  }

  private static FieldDescriptor field(Rpc rpc, Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field == null) {
      throw wrong(rpc, type.getFullName() + " has no field '" + name + "'");
    }
    return field;
  }

  private static String path(HttpRule rule) {
    return switch (rule.getPatternCase()) {
      case GET -> rule.getGet();
      case PUT -> rule.getPut();
      case POST -> rule.getPost();
      case DELETE -> rule.getDelete();
      case PATCH -> rule.getPatch();
      case CUSTOM -> rule.getCustom().getPath();
      case PATTERN_NOT_SET -> throw new IllegalArgumentException("a rule without a pattern");
    };
  }

  private static String method(HttpRule rule) {
    return rule.hasCustom() ? rule.getCustom().getKind() : rule.getPatternCase().name();
  }

  private static IllegalArgumentException wrong(Rpc rpc, String what) {
    return new IllegalArgumentException("google.api.http of " + rpc.name() + ": " + what);
  }

  @Override
  public String toString() {
    return httpMethod + " " + template.source() + " → " + rpc.name();
  }
}
