package dev.kryonix.gateway.transcode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A field reached through singular messages, such as {@code tenant.id}.
 *
 * @param fields the fields from the request down
 */
record FieldPath(List<FieldDescriptor> fields) {
  /**
   * The longest path that is looked for; a recursive type could otherwise be walked without end.
   */
  private static final int DEEPEST = 10;

  FieldPath {
    fields = List.copyOf(fields);
  }

  /** Finds a field by its dotted path, in proto or JSON spelling. */
  static Optional<FieldPath> find(Descriptor type, String dotted) {
    String[] names = dotted.split("\\.", -1);
    if (names.length > DEEPEST) {
      return Optional.empty();
    }
    List<FieldDescriptor> fields = new ArrayList<>(names.length);
    Descriptor at = type;
    for (int i = 0; i < names.length; i++) {
      FieldDescriptor field = FieldNames.find(at, names[i]);
      if (field == null) {
        return Optional.empty();
      }
      fields.add(field);
      if (i + 1 < names.length) {
        if (field.isRepeated()
            || field.getJavaType() != JavaType.MESSAGE
            || WellKnown.hasOwnForm(field.getMessageType())) {
          return Optional.empty();
        }
        at = field.getMessageType();
      }
    }
    return Optional.of(new FieldPath(fields));
  }

  FieldDescriptor first() {
    return fields.getFirst();
  }

  FieldDescriptor last() {
    return fields.getLast();
  }

  boolean startsWith(FieldPath other) {
    return fields.size() >= other.fields.size()
        && fields.subList(0, other.fields.size()).equals(other.fields);
  }

  /**
   * Whether the value can be given as text: a scalar, or a message with a textual form; repeated
   * ones too.
   */
  boolean takesText() {
    if (last().isMapField()) {
      return false;
    }
    return last().getJavaType() != JavaType.MESSAGE
        || WellKnown.isWrapper(last().getMessageType())
        || WellKnown.isTextual(last().getMessageType());
  }

  @Override
  public String toString() {
    return String.join(".", fields.stream().map(FieldDescriptor::getName).toList());
  }
}
