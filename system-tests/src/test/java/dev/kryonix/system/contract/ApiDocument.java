package dev.kryonix.system.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.kryonix.system.gateway.RestAnswer;
import java.util.List;
import java.util.stream.Stream;

/**
 * The OpenAPI document that the gateway serves. Answers are held against it with no member allowed
 * that it does not name.
 */
public final class ApiDocument {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

  private final JsonNode document;

  public ApiDocument(String json) {
    document = parse(json);
    document
        .at("/components/schemas")
        .forEach(
            schema -> {
              if (schema.has("properties") && !schema.has("additionalProperties")) {
                ((ObjectNode) schema).put("additionalProperties", false);
              }
            });
    document.findParents("$ref").forEach(ApiDocument::point);
  }

  /** The RPCs that it describes, one for each operation. */
  public List<String> rpcs() {
    return document.get("paths").findValuesAsText("x-kryonix-rpc");
  }

  /** What does not fit between an answer and an operation, by its method and path. */
  public List<String> mistakes(String method, String path, RestAnswer answer) {
    JsonNode response =
        document
            .path("paths")
            .path(path)
            .path(method)
            .path("responses")
            .path(Integer.toString(answer.status()));
    if (response.isMissingNode()) {
      return List.of("no " + answer.status() + " at " + method + " " + path);
    }
    JsonNode resolved =
        response.has("$ref") ? document.at(response.get("$ref").asText().substring(1)) : response;
    String type = answer.headers().firstValue("content-type").orElse("");
    JsonNode schema = resolved.path("content").path(type).path("schema");
    return schema.isMissingNode()
        ? List.of("no " + type + " at " + method + " " + path)
        : mistakes(schema, parse(answer.body()));
  }

  /** What does not fit between the items of a streamed answer and a GET operation. */
  public List<String> mistakesInStream(String path, String type, String body) {
    JsonNode media =
        document
            .path("paths")
            .path(path)
            .path("get")
            .path("responses")
            .path("200")
            .path("content")
            .path(type);
    return switch (type) {
      case "application/json" -> mistakes(media.get("schema"), parse(body));
      case "application/x-ndjson" ->
          body.lines()
              .flatMap(line -> mistakes(media.get("x-itemSchema"), parse(line)).stream())
              .toList();
      default ->
          Stream.of(body.split("\n\n"))
              .flatMap(event -> mistakesInEvent(media.get("x-itemSchema"), event).stream())
              .toList();
    };
  }

  private List<String> mistakesInEvent(JsonNode schema, String text) {
    ObjectNode event = JSON.createObjectNode();
    text.lines()
        .filter(line -> !line.startsWith(":"))
        .map(line -> line.split(": ?", 2))
        .forEach(field -> event.put(field[0], field[1]));
    JsonNode data =
        schema.path("oneOf").path(event.has("event") ? 1 : 0).at("/properties/data/contentSchema");
    return Stream.of(mistakes(schema, event), mistakes(data, parse(event.get("data").asText())))
        .flatMap(List::stream)
        .toList();
  }

  private List<String> mistakes(JsonNode schema, JsonNode value) {
    ObjectNode whole = schema.deepCopy();
    // The name that JSON Schema has for what a document calls its components.
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

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + json, e);
    }
  }
}
