package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.ArrayList;
import java.util.List;

/**
 * A field of a request, reached through singular messages.
 *
 * @param path the fields from the request down
 */
record Fields(List<FieldDescriptor> path) {
  Fields {
    path = List.copyOf(path);
  }

  /** The field of a dotted path that is known to exist, in proto spelling. */
  static Fields at(Descriptor type, String dotted) {
    List<FieldDescriptor> path = new ArrayList<>();
    Descriptor in = type;
    for (String name : dotted.split("\\.", -1)) {
      FieldDescriptor field = in.findFieldByName(name);
      if (field == null) {
        throw new IllegalArgumentException("no field " + dotted + " in " + type.getFullName());
      }
      path.add(field);
      if (field.getJavaType() == JavaType.MESSAGE) {
        in = field.getMessageType();
      }
    }
    return new Fields(path);
  }

  FieldDescriptor last() {
    return path.getLast();
  }

  Fields inside(FieldDescriptor field) {
    List<FieldDescriptor> longer = new ArrayList<>(path);
    longer.add(field);
    return new Fields(longer);
  }

  /** The name of a query parameter for the field. */
  String jsonName() {
    return String.join(".", path.stream().map(FieldDescriptor::getJsonName).toList());
  }

  /** Whether leaving the field out is refused; what is optional may be left out as a whole. */
  boolean isRequired() {
    return path.stream().allMatch(Rules::isRequired);
  }
}
