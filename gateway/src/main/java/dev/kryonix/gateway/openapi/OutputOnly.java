package dev.kryonix.gateway.openapi;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.regex.Pattern;

/**
 * Tells the fields that only the platform sets, by google.api.field_behavior or by their comment.
 */
final class OutputOnly {
  private static final Pattern SAID =
      Pattern.compile("\\b(?:Output only|[Ss]et by the (?:platform|server|service))\\b");
  private static final ExtensionRegistry EXTENSIONS = ExtensionRegistry.newInstance();

  static {
    FieldBehaviorProto.registerAllExtensions(EXTENSIONS);
  }

  private OutputOnly() {}

  static boolean is(FieldDescriptor field, String comment) {
    try {
      return SAID.matcher(comment).find()
          || FieldOptions.parseFrom(field.getOptions().toByteString(), EXTENSIONS)
              .getExtension(FieldBehaviorProto.fieldBehavior)
              .contains(FieldBehavior.OUTPUT_ONLY);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("unreadable options of " + field.getFullName(), e);
    }
  }
}
