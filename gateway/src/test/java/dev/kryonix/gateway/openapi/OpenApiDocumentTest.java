package dev.kryonix.gateway.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kryonix.gateway.EchoContract;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.transcode.Routes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The document of the platform's contracts, and of the echo service's, which have every shape. */
class OpenApiDocumentTest {
  private static final JsonNode PLATFORM = document(Contract.load(List.of()));
  private static final JsonNode ECHO = document(echo());

  static Stream<JsonNode> documents() {
    return Stream.of(PLATFORM, ECHO);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void theDocumentIsOpenApi(JsonNode document) {
    assertThat(OpenApiSchemas.mistakesIn(document)).isEmpty();
  }

  @Test
  void aDocumentThatIsNotOpenApiIsNoticed() {
    ObjectNode noVersion = PLATFORM.deepCopy();
    noVersion.remove("openapi");
    ObjectNode wrongSchema = ECHO.deepCopy();
    ((ObjectNode) wrongSchema.at("/components/schemas/kryonix.echo.v1.Item")).put("type", "thing");

    assertThat(OpenApiSchemas.mistakesIn(noVersion)).isNotEmpty();
    assertThat(OpenApiSchemas.mistakesIn(wrongSchema)).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void operationsHaveNamesOfTheirOwn(JsonNode document) {
    List<String> ids = document.get("paths").findValuesAsText("operationId");

    assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void referencesLeadSomewhere(JsonNode document) {
    assertThat(document.findValuesAsText("$ref"))
        .allSatisfy(ref -> assertThat(document.at(ref.substring(1)).isMissingNode()).isFalse());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyParameterInAPathIsDescribed(JsonNode document) {
    document
        .get("paths")
        .properties()
        .forEach(
            path -> {
              List<String> inPath = new ArrayList<>();
              java.util.regex.Pattern.compile("\\{([^}]*)}")
                  .matcher(path.getKey())
                  .results()
                  .forEach(m -> inPath.add(m.group(1)));
              path.getValue()
                  .forEach(
                      operation ->
                          assertThat(
                                  operation.path("parameters").findParents("in").stream()
                                      .filter(p -> p.get("in").asText().equals("path"))
                                      .map(p -> p.get("name").asText()))
                              .as(path.getKey())
                              .containsExactlyElementsOf(inPath));
            });
  }

  private static Contract echo() {
    try {
      return EchoContract.load();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode document(Contract contract) {
    return OpenApiSchemas.JSON.valueToTree(OpenApiDocument.of(contract, new Routes(contract)));
  }
}
