package dev.kryonix.system.contract;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One way to reach an RPC over REST, as its contract states it.
 *
 * @param method the HTTP method
 * @param template the path, with its variables
 */
public record RestBinding(String method, String template) {
  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z0-9_.]+)(?:=([^}]*))?}");

  /** The binding of an RPC and its additional ones; none for one without a route. */
  static List<RestBinding> of(Rpc rpc) {
    if (!rpc.hasRoute()) {
      return List.of();
    }
    HttpRule rule = rpc.method().getOptions().getExtension(AnnotationsProto.http);
    List<RestBinding> bindings = new ArrayList<>();
    Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
        .map(RestBinding::of)
        .forEach(bindings::add);
    return bindings;
  }

  private static RestBinding of(HttpRule rule) {
    return switch (rule.getPatternCase()) {
      case GET -> new RestBinding("GET", rule.getGet());
      case PUT -> new RestBinding("PUT", rule.getPut());
      case POST -> new RestBinding("POST", rule.getPost());
      case DELETE -> new RestBinding("DELETE", rule.getDelete());
      case PATCH -> new RestBinding("PATCH", rule.getPatch());
      case CUSTOM -> new RestBinding(rule.getCustom().getKind(), rule.getCustom().getPath());
      case PATTERN_NOT_SET -> throw new IllegalStateException("a rule without a path: " + rule);
    };
  }

  /** Whether a WebSocket can be opened here. */
  public boolean opensSocket(Rpc rpc) {
    return method.equals("GET")
        && rpc.method().isClientStreaming()
        && rpc.method().isServerStreaming();
  }

  /** The path with these values of its variables; any value where there is none. */
  public String path(Map<String, String> values) {
    Matcher variables = VARIABLE.matcher(template);
    return variables.replaceAll(
        variable -> {
          String pattern = variable.group(2) == null ? "*" : variable.group(2);
          String any = pattern.replace("**", "x").replace("*", "x");
          return Matcher.quoteReplacement(values.getOrDefault(variable.group(1), any));
        });
  }

  /**
   * The smallest body, where the method has one: an empty object, or a text of it for an update,
   * which must change something.
   */
  public String body(Rpc rpc) {
    return switch (method) {
      case "GET", "DELETE" -> "";
      case "PATCH" -> someText(rpc).map("{\"%s\": \"x\"}"::formatted).orElse("{}");
      default -> "{}";
    };
  }

  private Optional<String> someText(Rpc rpc) {
    String body = rpc.method().getOptions().getExtension(AnnotationsProto.http).getBody();
    Descriptor type = rpc.method().getInputType();
    boolean whole = body.isEmpty() || body.equals("*");
    return (whole ? type : type.findFieldByName(body).getMessageType())
        .getFields().stream()
            .filter(field -> field.getJavaType() == JavaType.STRING && !field.isRepeated())
            .filter(field -> !template.contains((whole ? "" : body + ".") + field.getName()))
            .findFirst()
            .map(FieldDescriptor::getJsonName);
  }
}
