package dev.kryonix.gateway.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.util.List;

/** A document that values are held against, with no member allowed that it does not name. */
public record Described(JsonNode document) {
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

  public Described {
    document = document.deepCopy();
    document.at("/components/schemas").forEach(Described::close);
    document.findParents("$ref").forEach(Described::point);
  }

  /** What does not fit between a value and a schema of the document. */
  public List<String> mistakes(JsonNode schema, JsonNode value) {
    ObjectNode whole = schema.deepCopy();
    whole.findParents("$ref").forEach(Described::point);
    // Where references lead; as "$defs", which is a keyword, unlike the document's name for it.
    whole.set("$defs", document.at("/components/schemas"));
    return JsonSchemaFactory.getInstance(VersionFlag.V202012)
        .getSchema(whole, CONFIG)
        .validate(value)
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static void point(JsonNode reference) {
    ((ObjectNode) reference)
        .put("$ref", reference.get("$ref").asText().replace("#/components/schemas/", "#/$defs/"));
  }

  private static void close(JsonNode schema) {
    if (schema.has("properties") && !schema.has("additionalProperties")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
  }
}
