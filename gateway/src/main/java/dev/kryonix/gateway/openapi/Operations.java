package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.ResponseMapper;
import dev.kryonix.kit.policy.MethodPolicy;
import java.util.List;
import java.util.Locale;

/** The operations: what one route takes and answers. */
final class Operations {
  static final String SECURITY = "bearer";

  private static final String OWN_PACKAGES = "kryonix.";

  private final Schemas schemas;
  private final Comments comments;
  private final Parameters parameters;
  private final Bodies bodies;
  private final ErrorResponses errors;
  private final WebSockets sockets;

  Operations(Schemas schemas, Comments comments, ErrorResponses errors) {
    this.schemas = schemas;
    this.comments = comments;
    this.parameters = new Parameters(schemas, comments);
    this.bodies = new Bodies(schemas);
    this.errors = errors;
    this.sockets = new WebSockets(schemas, bodies, errors);
  }

  /** The operation that sells tickets for sockets. */
  Node tickets() {
    return sockets.tickets();
  }

  /** The name under which a service's operations stand together. */
  static String tag(ServiceDescriptor service) {
    String name = service.getFullName();
    return name.startsWith(OWN_PACKAGES) ? name.substring(OWN_PACKAGES.length()) : name;
  }

  /**
   * The operation of a route.
   *
   * @param suffix what tells it from other operations of the same RPC; empty for the first
   */
  Node of(Binding binding, PathShape path, String suffix) {
    Rpc rpc = binding.rpc();
    MethodDescriptor method = rpc.method();
    String comment = comments.of(method);
    String tag = tag(method.getService());
    Node operation =
        Node.of("tags", List.of(tag))
            .put("operationId", tag.replace('.', '_') + "_" + method.getName() + suffix)
            .put("summary", comment.isEmpty() ? method.getName() : Markdown.summary(comment))
            .put("description", Markdown.rest(comment))
            .flag("deprecated", method.getOptions().getDeprecated())
            .put("parameters", parameters.of(binding, path));
    bodies
        .of(binding, method.getFullName() + suffix)
        .ifPresent(body -> operation.put("requestBody", body));
    Node responses = Node.of("200", success(binding)).putAll(errors.of(binding));
    if (rpc.etagField().isPresent()) {
      responses.put("304", notModified());
    }
    if (binding.opensSocket()) {
      responses.put("101", sockets.opened());
      operation.put(WebSockets.EXTENSION, sockets.messages(binding, method.getFullName() + suffix));
    }
    operation.put("responses", responses);
    return policy(operation, rpc);
  }

  private Node policy(Node operation, Rpc rpc) {
    MethodPolicy policy = rpc.policy();
    String scope =
        policy.exposure() == Exposure.EXPOSURE_PLATFORM && policy.scope().isEmpty()
            ? "platform.admin"
            : policy.scope();
    operation.put(
        "security", rpc.open() ? List.of(new Node()) : List.of(Node.list(SECURITY, scope)));
    return operation
        .put("x-kryonix-rpc", rpc.name())
        .put("x-kryonix-exposure", word(policy.exposure().name(), "EXPOSURE_"))
        .put("x-kryonix-scope", scope)
        .put("x-kryonix-idempotency", word(policy.idempotency().name(), "IDEMPOTENCY_"));
  }

  private static String word(String name, String prefix) {
    return name.replace(prefix, "").toLowerCase(Locale.ROOT);
  }

  private Node success(Binding binding) {
    MethodDescriptor method = binding.rpc().method();
    Node message =
        binding
            .responseField()
            .map(field -> schemas.value(field, Direction.ANSWER))
            .orElseGet(() -> schemas.message(method.getOutputType(), Direction.ANSWER));
    Node content;
    if (ResponseMapper.isRaw(binding)) {
      content = Node.of("*/*", Node.of("schema", message));
    } else if (method.isServerStreaming()) {
      content = Streams.answer(message, errors.status());
    } else {
      content = Node.of(HttpContent.JSON, Node.of("schema", message));
    }
    Node answer = Node.of("description", describe(binding));
    if (binding.rpc().policy().exposure() == Exposure.EXPOSURE_TENANT) {
      answer.put("headers", RateLimits.headers());
    }
    if (binding.rpc().etagField().isPresent()) {
      answer.child("headers").putAll(etag());
    }
    return answer.put("content", content);
  }

  private static Node notModified() {
    return Node.of("description", "What `If-None-Match` names is still right; there is no body.")
        .put("headers", etag());
  }

  private static Node etag() {
    return Node.of(
        "ETag",
        Node.of("description", "The version of what was read; missing when nothing was found.")
            .put("schema", Node.of("type", "string")));
  }

  private String describe(Binding binding) {
    MethodDescriptor method = binding.rpc().method();
    if (ResponseMapper.isRaw(binding)) {
      return "Bytes of the type that `Content-Type` says.";
    }
    String comment =
        binding
            .responseField()
            .map(comments::of)
            .orElseGet(() -> comments.of(method.getOutputType()));
    String text = comment.isEmpty() ? "The answer." : comment;
    return method.isServerStreaming()
        ? "A stream of messages, in the shape that `Accept` names. " + text
        : text;
  }
}
