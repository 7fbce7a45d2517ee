package dev.kryonix.kit.server;

import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;

/**
 * Which messages of protobuf's own can be written as JSON. One that cannot, once taken, would be in
 * the way of every reader over REST.
 */
final class JsonForm {
  private JsonForm() {}

  static boolean has(Message message) {
    return switch (message) {
      case Timestamp time -> Timestamps.isValid(time);
      case Duration time -> Durations.isValid(time);
      case Value value -> has(value);
      case Struct struct -> has(struct);
      case ListValue list -> has(list);
      default -> true;
    };
  }

  private static boolean has(Value value) {
    return switch (value.getKindCase()) {
      case NUMBER_VALUE -> Double.isFinite(value.getNumberValue());
      case STRUCT_VALUE -> has(value.getStructValue());
      case LIST_VALUE -> has(value.getListValue());
      case NULL_VALUE, STRING_VALUE, BOOL_VALUE -> true;
      case KIND_NOT_SET -> false;
    };
  }

  private static boolean has(Struct struct) {
    return struct.getFieldsMap().values().stream().allMatch(JsonForm::has);
  }

  private static boolean has(ListValue list) {
    return list.getValuesList().stream().allMatch(JsonForm::has);
  }
}
