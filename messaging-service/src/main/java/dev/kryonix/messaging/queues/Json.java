package dev.kryonix.messaging.queues;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of the management API, whose fields may be missing: there are no statistics yet, or
 * this kind of queue has no such thing.
 */
record Json(JsonObject object) {
  long number(String path) {
    JsonElement found = find(path);
    return found != null && isNumber(found) ? found.getAsLong() : 0;
  }

  double rate(String path) {
    JsonElement found = find(path);
    return found != null && isNumber(found) ? found.getAsDouble() : 0;
  }

  String text(String path) {
    JsonElement found = find(path);
    return found == null || !found.isJsonPrimitive() ? "" : found.getAsString();
  }

  boolean flag(String path) {
    JsonElement found = find(path);
    return found != null && found.isJsonPrimitive() && found.getAsBoolean();
  }

  /** How many elements a list has; 0 when there is none. */
  int size(String path) {
    JsonElement found = find(path);
    return found != null && found.isJsonArray() ? found.getAsJsonArray().size() : 0;
  }

  List<String> texts(String path) {
    JsonElement found = find(path);
    return found != null && found.isJsonArray()
        ? found.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList()
        : List.of();
  }

  private @Nullable JsonElement find(String path) {
    JsonElement at = object;
    for (String part : path.split("\\.", -1)) {
      if (at == null || !at.isJsonObject()) {
        return null;
      }
      at = at.getAsJsonObject().get(part);
    }
    return at;
  }

  private static boolean isNumber(JsonElement found) {
    return found.isJsonPrimitive() && found.getAsJsonPrimitive().isNumber();
  }
}
