package dev.kryonix.gateway.rest;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.kryonix.gateway.codec.WireIn;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.http.EntityTag;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The etag that a service gives what it reads: the answer's ETag, where the answer as a whole says
 * something else each time, such as an age.
 *
 * @param request the request's field for the tag that the caller has, if there is one
 * @param answer the fields from the answer down to the etag
 */
record ReadVersion(Optional<FieldDescriptor> request, List<FieldDescriptor> answer) {
  private static final String REQUEST = "if_none_match";

  /** As long as the contracts let a tag be: no service gave a longer one, and each refuses it. */
  private static final int MOST_CHARACTERS = 64;

  ReadVersion {
    answer = List.copyOf(answer);
  }

  /** The etag of an RPC whose contract names one. */
  static Optional<ReadVersion> of(Rpc rpc) {
    return rpc.etagField()
        .map(
            path ->
                new ReadVersion(
                    Optional.ofNullable(rpc.method().getInputType().findFieldByName(REQUEST))
                        .filter(ReadVersion::isText),
                    fields(rpc, path)));
  }

  /**
   * The query with the tag of the header; only one can be passed on, and what the query says
   * already holds.
   */
  String asked(String query, String ifNoneMatch) {
    Optional<String> tag =
        EntityTag.only(ifNoneMatch).filter(each -> each.length() <= MOST_CHARACTERS);
    if (request.isEmpty() || tag.isEmpty() || isNamedIn(query)) {
      return query;
    }
    String parameter = REQUEST + "=" + URLEncoder.encode(tag.get(), StandardCharsets.UTF_8);
    return query.isEmpty() ? parameter : query + "&" + parameter;
  }

  /** The tag of an answer; none when nothing was read. */
  Optional<EntityTag> in(byte[] message) {
    List<byte[]> found = List.of(message);
    for (FieldDescriptor field : answer) {
      List<byte[]> inside = new ArrayList<>();
      found.forEach(each -> new WireIn(each).collect(field.getNumber(), false, inside));
      found = inside;
    }
    return found.isEmpty()
        ? Optional.empty()
        : EntityTag.named(new String(found.getLast(), StandardCharsets.UTF_8));
  }

  private boolean isNamedIn(String query) {
    String json = request.map(FieldDescriptor::getJsonName).orElse(REQUEST);
    return Arrays.stream(query.split("&", -1))
        .map(each -> each.split("=", 2)[0])
        .anyMatch(name -> name.equals(REQUEST) || name.equals(json));
  }

  private static List<FieldDescriptor> fields(Rpc rpc, String path) {
    List<FieldDescriptor> fields = new ArrayList<>();
    Descriptor at = rpc.method().getOutputType();
    for (String name : path.split("\\.", -1)) {
      FieldDescriptor field = at == null ? null : at.findFieldByName(name);
      if (field == null || field.isRepeated()) {
        throw wrong(rpc, path);
      }
      fields.add(field);
      at = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
    }
    if (!isText(fields.getLast())) {
      throw wrong(rpc, path);
    }
    return fields;
  }

  private static boolean isText(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.STRING && !field.isRepeated();
  }

  private static IllegalArgumentException wrong(Rpc rpc, String path) {
    return new IllegalArgumentException(
        "the policy of " + rpc.name() + ": its answer has no text " + path);
  }
}
