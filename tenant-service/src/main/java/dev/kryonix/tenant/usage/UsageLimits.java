package dev.kryonix.tenant.usage;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.kryonix.api.tenant.v1.Limits;

/**
 * The limit of a metric: the field of Limits at the metric's name, such as {@code cache.keys}. A
 * metric without such a field has none.
 */
final class UsageLimits {
  private UsageLimits() {}

  static long of(Limits limits, String metric) {
    Message at = limits;
    String[] names = metric.split("\\.", -1);
    for (int i = 0; i < names.length; i++) {
      Descriptor type = at.getDescriptorForType();
      FieldDescriptor field = type.findFieldByName(names[i]);
      boolean last = i == names.length - 1;
      if (field == null || field.isRepeated()) {
        return 0;
      }
      if (last) {
        boolean isNumber =
            field.getJavaType() == JavaType.INT || field.getJavaType() == JavaType.LONG;
        return isNumber ? ((Number) at.getField(field)).longValue() : 0;
      }
      if (field.getJavaType() != JavaType.MESSAGE) {
        return 0;
      }
      at = (Message) at.getField(field);
    }
    return 0;
  }
}
