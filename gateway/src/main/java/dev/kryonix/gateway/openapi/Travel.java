package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import dev.kryonix.gateway.transcode.Binding;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Which message types stand in the bodies of requests, and which in answers. */
final class Travel {
  private final Set<Descriptor> asked = new HashSet<>();
  private final Set<Descriptor> answered = new HashSet<>();

  Travel(Collection<Binding> bindings) {
    for (Binding binding : bindings) {
      switch (binding.body()) {
        case Binding.Body.None none -> {
          if (binding.opensSocket()) {
            collect(binding.rpc().method().getInputType(), asked);
          }
        }
        case Binding.Body.Whole whole -> collect(binding.rpc().method().getInputType(), asked);
        case Binding.Body.Field field -> collect(field.field(), asked);
      }
      binding
          .responseField()
          .ifPresentOrElse(
              field -> collect(field, answered),
              () -> collect(binding.rpc().method().getOutputType(), answered));
    }
  }

  /** Whether the type goes both ways, and so has a schema for each. */
  boolean bothWays(Descriptor type) {
    return asked.contains(type) && answered.contains(type);
  }

  private static void collect(FieldDescriptor field, Set<Descriptor> into) {
    if (field.isMapField()) {
      collect(field.getMessageType().findFieldByNumber(2), into);
    } else if (field.getJavaType() == JavaType.MESSAGE) {
      collect(field.getMessageType(), into);
    }
  }

  private static void collect(Descriptor type, Set<Descriptor> into) {
    if (WellKnownSchemas.of(type).isEmpty() && into.add(type)) {
      type.getFields().forEach(field -> collect(field, into));
    }
  }
}
