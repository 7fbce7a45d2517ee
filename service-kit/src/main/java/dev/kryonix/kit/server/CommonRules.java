package dev.kryonix.kit.server;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that hold for every message. No text has U+0000: PostgreSQL cannot hold the character
 * in a text, and no name, key or id needs it. JSON values and bytes may have it: they are payload.
 * And nothing is without a form in JSON ({@link JsonForm}).
 */
final class CommonRules {
  private static final String NUL = "must not contain the character U+0000";
  private static final String NO_FORM =
      "has no JSON form: a time or a number out of range, or a value of no kind";

  private final List<BrokenRule> broken = new ArrayList<>();

  private CommonRules() {}

  static boolean keeps(String text) {
    return text.indexOf('\0') < 0;
  }

  /** Every field that breaks one. */
  static List<BrokenRule> brokenBy(Message message) {
    CommonRules found = new CommonRules();
    found.look(message, "");
    return found.broken;
  }

  /** Whether messages of the type are payload, or have no texts but those of their own syntax. */
  private static boolean isExempt(Message message) {
    return message.getDescriptorForType().getFile().getPackage().equals("google.protobuf");
  }

  private void look(Message message, String path) {
    if (isExempt(message)) {
      if (!JsonForm.has(message)) {
        broken.add(new BrokenRule(path, NO_FORM));
      }
    } else {
      message.getAllFields().forEach((field, value) -> field(path, field, value));
    }
  }

  private void field(String path, FieldDescriptor field, Object value) {
    String name = path.isEmpty() ? field.getName() : path + "." + field.getName();
    if (value instanceof List<?> many) {
      for (int i = 0; i < many.size(); i++) {
        if (many.get(i) instanceof MapEntry<?, ?> pair) {
          value(name, pair.getKey());
          value(name + "[\"" + pair.getKey() + "\"]", pair.getValue());
        } else {
          value(name + "[" + i + "]", many.get(i));
        }
      }
    } else {
      value(name, value);
    }
  }

  private void value(String path, Object value) {
    switch (value) {
      // The name of a pair may itself have the character, which its map is blamed for.
      case String text when !keeps(text) ->
          broken.add(new BrokenRule(path.replace("\0", "\\0"), NUL));
      case Message message -> look(message, path);
      default -> {}
    }
  }
}
