package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.HttpStatuses;
import dev.kryonix.kit.errors.ServiceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What an operation answers when it fails: one shape for all, and for each status its reasons. */
final class ErrorResponses {
  private static final String TYPE_PREFIX = "type.googleapis.com/";
  private static final String REASON_PREFIX = "ERROR_REASON_";

  /** The details that errors of the platform carry. */
  private static final List<Descriptor> DETAILS =
      List.of(
          ErrorInfo.getDescriptor(),
          BadRequest.getDescriptor(),
          PreconditionFailure.getDescriptor(),
          QuotaFailure.getDescriptor(),
          ResourceInfo.getDescriptor(),
          RetryInfo.getDescriptor());

  private final Schemas schemas;
  private final Comments comments;
  private final EnumDescriptor reasons;
  private final boolean ownReasonsOnly;

  ErrorResponses(Contract contract, Schemas schemas, Comments comments) {
    this.schemas = schemas;
    this.comments = comments;
    this.reasons =
        contract.files().stream()
            .map(file -> file.findEnumTypeByName(ErrorReason.getDescriptor().getName()))
            .filter(
                type ->
                    type != null
                        && type.getFullName().equals(ErrorReason.getDescriptor().getFullName()))
            .findFirst()
            .orElse(ErrorReason.getDescriptor());
    this.ownReasonsOnly =
        contract.rpcs().stream().allMatch(rpc -> rpc.name().startsWith("kryonix."));
  }

  /** The schema of every error. */
  Node status() {
    return schemas.component(
        Status.getDescriptor().getFullName(),
        () ->
            Node.of("type", "object")
                .put("title", "Status")
                .put("description", "Why a call failed.")
                .put(
                    "properties",
                    Node.of(
                            "code",
                            Node.of("type", "integer")
                                .put("format", "int32")
                                .put("minimum", 1)
                                .put(
                                    "description",
                                    "The gRPC status code, such as 5 for NOT_FOUND."))
                        .put(
                            "message",
                            Node.of("type", "string")
                                .put("description", "What is wrong, and what to do."))
                        .put(
                            "details",
                            Node.of("type", "array")
                                .put("items", detail())
                                .put(
                                    "description",
                                    "What a program can act on; the first is an ErrorInfo with the"
                                        + " reason.")))
                .put("required", List.of("code")));
  }

  private Node detail() {
    Node mapping = new Node();
    List<Node> types = new ArrayList<>();
    for (Descriptor type : DETAILS) {
      Node ref = schemas.component(type.getFullName(), () -> detail(type));
      types.add(ref);
      mapping.put(TYPE_PREFIX + type.getFullName(), "#/components/schemas/" + type.getFullName());
    }
    return Node.of("oneOf", types)
        .put("discriminator", Node.of("propertyName", "@type").put("mapping", mapping));
  }

  private Node detail(Descriptor type) {
    Node object = schemas.object(type, Direction.ANSWER, Set.of(), Set.of());
    Node properties =
        Node.of("@type", Node.of("const", TYPE_PREFIX + type.getFullName()))
            .putAll(object.child("properties"));
    if (type.equals(ErrorInfo.getDescriptor())) {
      properties.put("reason", reason());
    }
    return object.put("properties", properties).put("required", List.of("@type"));
  }

  private Node reason() {
    if (!ownReasonsOnly) {
      return Node.of("type", "string")
          .put(
              "description",
              "Stable: a client may branch on it. Of the domain `"
                  + ServiceException.DOMAIN
                  + "`, it is one that the responses name.");
    }
    return schemas.component(
        reasons.getFullName(),
        () ->
            Node.of("type", "string")
                .put("title", reasons.getName())
                .put("description", list(comments.of(reasons), sent()))
                .put("enum", sent().stream().map(ErrorResponses::name).toList()));
  }

  private List<EnumValueDescriptor> sent() {
    return reasons.getValues().stream().filter(value -> value.getNumber() != 0).toList();
  }

  private static String name(EnumValueDescriptor reason) {
    return reason.getName().replace(REASON_PREFIX, "");
  }

  private String list(String before, List<EnumValueDescriptor> values) {
    StringBuilder text = new StringBuilder(before).append("\n");
    for (EnumValueDescriptor value : values) {
      text.append("\n- `").append(name(value)).append('`');
      String comment = comments.of(value);
      if (!comment.isEmpty()) {
        text.append(": ").append(comment);
      }
    }
    return text.toString();
  }

  /** The responses of an operation by status, as references to {@link #components}. */
  Node of(Binding binding) {
    Node responses = new Node();
    for (HttpError error : HttpError.values()) {
      if (error.appliesTo(binding)) {
        responses.put(Integer.toString(error.status()), Node.ref("responses/" + error.component()));
      }
    }
    return responses;
  }

  /** The responses that the operations share. */
  Node components() {
    Map<Integer, List<EnumValueDescriptor>> byStatus = new LinkedHashMap<>();
    for (EnumValueDescriptor reason : sent()) {
      Reason.status(name(reason), comments.of(reason))
          .ifPresent(s -> byStatus.computeIfAbsent(s, status -> new ArrayList<>()).add(reason));
    }
    Node responses = new Node();
    for (HttpError error : HttpError.values()) {
      List<EnumValueDescriptor> its = byStatus.getOrDefault(error.status(), List.of());
      String text = error.description() + " gRPC: " + String.join(", ", codes(error)) + ".";
      Node response =
          Node.of("description", its.isEmpty() ? text : list(text + "\n\nReasons:", its));
      Node headers = error.headers();
      if (!headers.isEmpty()) {
        response.put("headers", headers);
      }
      responses.put(
          error.component(),
          response.put("content", Node.of(HttpContent.JSON, Node.of("schema", status()))));
    }
    return responses;
  }

  private static Set<String> codes(HttpError error) {
    Set<String> codes = new TreeSet<>(error.codes());
    for (Code code : Code.values()) {
      if (code != Code.UNRECOGNIZED
          && HttpStatuses.of(Status.newBuilder().setCode(code.getNumber()).build())
              == error.status()) {
        codes.add(code.name());
      }
    }
    return codes;
  }
}
