package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.StatusProto;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.route.RouteTree;
import dev.kryonix.gateway.socket.TicketEntrance;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The OpenAPI 3.1 document of every route that can be reached from outside. */
final class OpenApiDocument {
  private static final String ABOUT = "about.md";
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  /** What a rule for any method is written as; HEAD and OPTIONS the gateway answers itself. */
  private static final List<String> ANY_METHOD = List.of("get", "put", "post", "delete", "patch");

  /** Where the operations of other methods stand, since OpenAPI 3.1 has no place for them. */
  private static final String OTHER_METHODS = "x-additionalOperations";

  private final Comments comments;
  private final Schemas schemas;
  private final ErrorResponses errors;
  private final Operations operations;
  private final Node paths = new Node();
  private final Map<String, PathShape> shapes = new HashMap<>();
  private final Map<String, Integer> operationsOfRpc = new HashMap<>();

  private OpenApiDocument(Contract contract, Routes routes) {
    List<FileDescriptor> files = new ArrayList<>(contract.files());
    files.add(StatusProto.getDescriptor());
    files.add(ErrorDetailsProto.getDescriptor());
    comments = new Comments(files);
    schemas = new Schemas(comments, new Travel(routes.all()));
    errors = new ErrorResponses(contract, schemas, comments);
    operations = new Operations(schemas, comments, errors);
  }

  /** The document as maps and lists. */
  static Map<String, Object> of(Contract contract, Routes routes) {
    return new OpenApiDocument(contract, routes).write(routes.all());
  }

  private Map<String, Object> write(List<Binding> bindings) {
    bindings.forEach(this::add);
    if (bindings.stream().anyMatch(Binding::opensSocket)) {
      paths.child(TicketEntrance.PATH).put("post", operations.tickets());
    }
    Node responses = errors.components();
    return Node.of("openapi", "3.1.0")
        .put(
            "info",
            Node.of("title", "Kryonix")
                .put("version", "v1")
                .put("summary", "The platform's REST interface, as its contracts say it.")
                .put("description", about()))
        .put("servers", List.of(Node.of("url", "/")))
        .put("tags", tags(bindings))
        .put("paths", paths)
        .put(
            "components",
            Node.of("schemas", schemas.components())
                .put("responses", responses)
                .put("headers", headers())
                .put("securitySchemes", Node.of(Operations.SECURITY, bearer())))
        .plain();
  }

  private void add(Binding binding) {
    PathShape shape = PathShape.of(binding.template());
    PathShape named = shape.named(shapes.computeIfAbsent(shape.form(), form -> shape));
    Node item = paths.child(named.path());
    String method = binding.httpMethod().toLowerCase(Locale.ROOT);
    List<String> methods = method.equals(RouteTree.ANY_METHOD) ? ANY_METHOD : List.of(method);
    for (String each : methods) {
      int number = operationsOfRpc.merge(binding.rpc().name(), 1, Integer::sum);
      Node operation = operations.of(binding, named, number == 1 ? "" : "_" + number);
      Node place = METHODS.contains(each) ? item : item.child(OTHER_METHODS);
      String name = METHODS.contains(each) ? each : binding.httpMethod();
      if (!place.has(name) || !method.equals(RouteTree.ANY_METHOD)) {
        place.put(name, operation);
      }
    }
  }

  private List<Node> tags(List<Binding> bindings) {
    Set<ServiceDescriptor> services = new LinkedHashSet<>();
    bindings.forEach(binding -> services.add(binding.rpc().method().getService()));
    return services.stream()
        .map(
            service ->
                Node.of("name", Operations.tag(service)).put("description", comments.of(service)))
        .toList();
  }

  private static Node bearer() {
    return Node.of("type", "http")
        .put("scheme", "bearer")
        .put("bearerFormat", "JWT")
        .put(
            "description",
            "A token of the platform. What an operation lists as its role is the scope that the"
                + " token must carry.");
  }

  private static Node headers() {
    return Node.of(
            "Retry-After",
            Node.of("description", "The seconds after which to try again.")
                .put("schema", Node.of("type", "integer").put("minimum", 0)))
        .put(
            "WWW-Authenticate",
            Node.of("description", "How to authenticate: `Bearer`.")
                .put("schema", Node.of("type", "string")))
        .putAll(RateLimits.components());
  }

  private static String about() {
    try (InputStream in =
        Objects.requireNonNull(OpenApiDocument.class.getResourceAsStream(ABOUT), ABOUT)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
