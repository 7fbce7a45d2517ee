package dev.kryonix.system.contract;

import com.google.api.AnnotationsProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.FieldMaskUtil;
import dev.kryonix.system.gateway.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request of the contract as a client of REST sends it: some fields in the path, some in the
 * body, the others as parameters.
 *
 * @param method the HTTP method
 * @param path the path with its parameters
 * @param body the body, or empty
 */
public record RestRequest(String method, String path, String body) {
  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z0-9_.]+)}");

  /**
   * The request over the RPC's first route; none when it cannot be said there, such as an empty
   * part of the path, which leads to another.
   */
  public static Optional<RestRequest> of(Rpc rpc, DynamicMessage request) {
    if (!rpc.hasRoute()) {
      return Optional.empty();
    }
    RestBinding binding = rpc.bindings().getFirst();
    DynamicMessage.Builder rest = request.toBuilder();
    Matcher variables = VARIABLE.matcher(binding.template());
    StringBuilder path = new StringBuilder();
    while (variables.find()) {
      String value = take(rest, variables.group(1));
      if (value.isEmpty() || value.contains("/") || value.contains("\u0000")) {
        return Optional.empty();
      }
      variables.appendReplacement(path, Matcher.quoteReplacement(encoded(value)));
    }
    variables.appendTail(path);
    String named = rpc.method().getOptions().getExtension(AnnotationsProto.http).getBody();
    String body = "";
    if (named.equals("*")) {
      body = Json.write(rest.build());
    } else {
      if (!named.isEmpty()) {
        FieldDescriptor field = request.getDescriptorForType().findFieldByName(named);
        body = Json.write((Message) rest.getField(field));
        rest.clearField(field);
      }
      List<String> parameters = parameters(rest.build());
      path.append(parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
    }
    return Optional.of(new RestRequest(binding.method(), path.toString(), body));
  }

  /** Takes the text at the path out of the message. */
  private static String take(DynamicMessage.Builder message, String path) {
    int dot = path.indexOf('.');
    FieldDescriptor field =
        message.getDescriptorForType().findFieldByName(dot < 0 ? path : path.substring(0, dot));
    if (dot < 0) {
      String value = (String) message.getField(field);
      message.clearField(field);
      return value;
    }
    DynamicMessage.Builder child = ((DynamicMessage) message.getField(field)).toBuilder();
    String value = take(child, path.substring(dot + 1));
    message.setField(field, child.build());
    return value;
  }

  private static List<String> parameters(DynamicMessage message) {
    List<String> parameters = new ArrayList<>();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              List<?> values = field.isRepeated() ? (List<?>) value : List.of(value);
              values.forEach(
                  each -> parameters.add(field.getJsonName() + "=" + encoded(text(field, each))));
            });
    return parameters;
  }

  private static String text(FieldDescriptor field, Object value) {
    if (field.getJavaType() != JavaType.MESSAGE) {
      return value instanceof com.google.protobuf.Descriptors.EnumValueDescriptor number
          ? Integer.toString(number.getNumber())
          : value.toString();
    }
    if (field.getMessageType().getFullName().equals("google.protobuf.FieldMask")) {
      try {
        return FieldMaskUtil.toJsonString(FieldMask.parseFrom(((Message) value).toByteString()));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }
    String json = Json.write((Message) value);
    return json.substring(1, json.length() - 1);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
