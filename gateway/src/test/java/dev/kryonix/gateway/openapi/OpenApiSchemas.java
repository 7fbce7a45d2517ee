package dev.kryonix.gateway.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.util.ArrayList;
import java.util.List;

/** The JSON Schemas of OpenAPI 3.1, as the OpenAPI Initiative publishes them. */
final class OpenApiSchemas {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String PUBLISHED = "https://spec.openapis.org/oas/3.1/";

  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(
          VersionFlag.V202012,
          factory ->
              factory.schemaMappers(
                  mappers ->
                      mappers
                          .mapPrefix(
                              PUBLISHED + "schema/2026-08-03", "classpath:openapi-3.1/schema.json")
                          .mapPrefix(
                              PUBLISHED + "dialect/base", "classpath:openapi-3.1/dialect.json")
                          .mapPrefix(PUBLISHED + "meta/base", "classpath:openapi-3.1/meta.json")));
  private static final JsonSchema DOCUMENT =
      FACTORY.getSchema(SchemaLocation.of(PUBLISHED + "schema/2026-08-03"));
  private static final JsonSchema SCHEMA =
      FACTORY.getSchema(SchemaLocation.of(PUBLISHED + "dialect/base"));

  private OpenApiSchemas() {}

  /**
   * What is wrong with a document, and with each schema in it: the document's own schema says of
   * these only that they are objects.
   */
  static List<String> mistakesIn(JsonNode document) {
    List<String> mistakes = new ArrayList<>();
    DOCUMENT.validate(document).forEach(mistake -> mistakes.add(mistake.toString()));
    document.findValues("schema").forEach(schema -> checkSchema(schema, mistakes));
    document.findValues("x-itemSchema").forEach(schema -> checkSchema(schema, mistakes));
    document.at("/components/schemas").forEach(schema -> checkSchema(schema, mistakes));
    return mistakes;
  }

  private static void checkSchema(JsonNode schema, List<String> mistakes) {
    SCHEMA.validate(schema).forEach(mistake -> mistakes.add(schema + ": " + mistake));
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
