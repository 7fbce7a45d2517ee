package dev.kryonix.gateway.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Values that a schema of a document allows: with all that may be given, or with only what must be.
 */
record Samples(JsonNode document, boolean full) {
  private static final int DEEPEST = 6;

  /** Texts to choose from where a schema has a pattern. */
  private static final List<String> TEXTS =
      List.of(
          "a",
          "abc",
          "a1234567",
          "abcdef123456",
          "0",
          "1",
          "1.5s",
          "QUJD",
          "A".repeat(43),
          "0".repeat(64),
          "cache.read",
          "*.*",
          "");

  JsonNode of(JsonNode schema) {
    return of(schema, 0);
  }

  private JsonNode of(JsonNode schema, int depth) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (schema.has("$ref")) {
      JsonNode target = document.at(schema.get("$ref").asText().substring(1));
      ObjectNode merged = target.deepCopy();
      schema.properties().stream()
          .filter(member -> !member.getKey().equals("$ref"))
          .forEach(member -> merged.set(member.getKey(), member.getValue()));
      return of(merged, depth);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.has("enum")) {
      JsonNode values = schema.get("enum");
      return values.get(values.size() - 1);
    }
    for (String choice : List.of("oneOf", "anyOf")) {
      if (schema.has(choice)) {
        return of(schema.get(choice).get(full ? 0 : schema.get(choice).size() - 1), depth);
      }
    }
    return switch (schema.path("type").asText()) {
      case "boolean" -> json.booleanNode(true);
      case "integer" -> json.numberNode(within(schema));
      case "number" -> json.numberNode((double) within(schema));
      case "string" -> json.textNode(text(schema));
      case "array" -> array(schema, depth);
      case "object" -> object(schema, depth);
      case "null" -> json.nullNode();
      default -> json.textNode("anything");
    };
  }

  private static long within(JsonNode schema) {
    long least =
        Math.max(
            schema.path("minimum").asLong(Long.MIN_VALUE),
            schema.has("exclusiveMinimum")
                ? schema.get("exclusiveMinimum").asLong() + 1
                : Long.MIN_VALUE);
    return Math.clamp(1, least, schema.path("maximum").asLong(Long.MAX_VALUE));
  }

  private static String text(JsonNode schema) {
    switch (schema.path("format").asText()) {
      case "uuid" -> {
        return "01890a5d-ac96-774b-bcce-b302099a8057";
      }
      case "date-time" -> {
        return "2030-01-02T03:04:05.6Z";
      }
      default -> {}
    }
    Pattern pattern = Pattern.compile(schema.path("pattern").asText());
    int least = schema.path("minLength").asInt(0);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    return TEXTS.stream()
        .map(text -> text.isEmpty() || text.length() >= least ? text : text.repeat(least))
        .filter(text -> text.length() >= least && text.length() <= most)
        .filter(text -> pattern.matcher(text).find())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no text for " + schema));
  }

  private JsonNode array(JsonNode schema, int depth) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    if (full ? depth < DEEPEST : schema.path("minItems").asInt() > 0) {
      array.add(of(schema.get("items"), depth + 1));
    }
    return array;
  }

  private JsonNode object(JsonNode schema, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    List<String> required = schema.path("required").valueStream().map(JsonNode::asText).toList();
    boolean all = full && depth < DEEPEST;
    schema
        .path("properties")
        .properties()
        .forEach(
            member -> {
              boolean wanted = all && !member.getValue().path("readOnly").asBoolean();
              if (required.contains(member.getKey())
                  || (wanted && !excludes(schema, object, member.getKey()))) {
                object.set(member.getKey(), of(member.getValue(), depth + 1));
              }
            });
    chooseRequired(schema, object, depth);
    boolean tooFew = object.size() < schema.path("minProperties").asInt();
    JsonNode values = schema.path("additionalProperties");
    if (values.isObject() && (all || tooFew)) {
      String key = schema.has("propertyNames") ? text(schema.get("propertyNames")) : "k";
      object.set(key, of(values, depth + 1));
    } else if (tooFew) {
      var first = schema.path("properties").properties().iterator().next();
      object.set(first.getKey(), of(first.getValue(), depth + 1));
    }
    return object;
  }

  /** Whether a member may not stand beside what is there: another one of the same oneof. */
  private static boolean excludes(JsonNode schema, ObjectNode object, String name) {
    for (JsonNode excluded : schema.at("/not/anyOf")) {
      List<String> together =
          excluded.path("required").valueStream().map(JsonNode::asText).toList();
      if (together.contains(name) && together.stream().anyMatch(object::has)) {
        return true;
      }
    }
    return false;
  }

  private void chooseRequired(JsonNode schema, ObjectNode object, int depth) {
    for (JsonNode excluded : schema.at("/not/anyOf")) {
      List<String> names =
          excluded.path("allOf").valueStream().map(n -> n.at("/not/required/0").asText()).toList();
      if (!names.isEmpty() && names.stream().noneMatch(object::has)) {
        object.set(names.getFirst(), of(schema.get("properties").get(names.getFirst()), depth + 1));
      }
    }
  }
}
