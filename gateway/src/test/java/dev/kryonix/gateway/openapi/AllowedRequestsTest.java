package dev.kryonix.gateway.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kryonix.gateway.EchoContract;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.gateway.socket.TicketEntrance;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.RequestMapper;
import dev.kryonix.gateway.transcode.Routes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the document allows, the gateway takes; tried with samples of every operation's request. */
class AllowedRequestsTest {
  @ParameterizedTest
  @CsvSource({"platform,true", "platform,false", "echo,true", "echo,false"})
  void whatTheDocumentAllowsIsTaken(String which, boolean full) throws Exception {
    Contract contract = which.equals("echo") ? EchoContract.load() : Contract.load(List.of());
    Routes routes = new Routes(contract);
    JsonNode document = OpenApiSchemas.JSON.valueToTree(OpenApiDocument.of(contract, routes));
    Tried tried = new Tried(contract, routes, document, full);

    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            tried.operation(
                                path.getKey(),
                                operation.getKey().toUpperCase(Locale.ROOT),
                                operation.getValue())));

    assertThat(tried.reached)
        .containsExactlyInAnyOrderElementsOf(routes.all().stream().map(Binding::toString).toList());
  }

  private static final class Tried {
    private final Routes routes;
    private final RequestMapper mapper;
    private final Samples samples;
    private final Described described;
    private final boolean full;
    private final List<String> reached = new ArrayList<>();

    Tried(Contract contract, Routes routes, JsonNode document, boolean full) {
      this.routes = routes;
      this.mapper = new RequestMapper(contract);
      this.samples = new Samples(document, full);
      this.described = new Described(document);
      this.full = full;
    }

    void operation(String path, String method, JsonNode operation) {
      if (path.equals(TicketEntrance.PATH)) {
        // The gateway's own; no route leads there.
        return;
      }
      String filled = path;
      List<String> query = new ArrayList<>();
      List<String> oneofs = new ArrayList<>();
      for (JsonNode parameter : operation.path("parameters")) {
        String name = parameter.get("name").asText();
        if (parameter.get("in").asText().equals("path")) {
          filled = filled.replace("{" + name + "}", escaped(value(parameter)));
        } else if (parameter.get("in").asText().equals("query")
            && (parameter.path("required").asBoolean()
                || (full && firstOfItsOneof(parameter, oneofs)))) {
          query.add(escaped(name) + "=" + escaped(value(parameter)));
        }
      }
      JsonNode contents = operation.at("/requestBody/content");
      try {
        Match<Binding> match = routes.find(method, filled);
        assertThat(match).as(method + " " + filled).isInstanceOf(Match.Found.class);
        Match.Found<Binding> found = (Match.Found<Binding>) match;
        assertThat(found.target().rpc().name()).isEqualTo(operation.get("x-kryonix-rpc").asText());
        reached.add(found.target().toString());
        if (!contents.isObject()) {
          map(found, query, new HttpContent("", new byte[0]));
        }
        contents
            .properties()
            .forEach(content -> map(found, query, body(content.getKey(), content.getValue())));
        JsonNode sent = operation.at("/x-kryonix-websocket/send");
        assertThat(sent.isObject()).isEqualTo(found.target().opensSocket());
        if (sent.isObject()) {
          JsonNode sample = samples.of(sent);
          assertThat(described.mistakes(sent, sample)).as(sample.toString()).isEmpty();
          mapper.map(
              found.target().with(new Binding.Body.Whole()),
              found.captures(),
              "",
              new HttpContent(
                  HttpContent.JSON, sample.toString().getBytes(StandardCharsets.UTF_8)));
        }
      } catch (Exception | AssertionError e) {
        throw new AssertionError(method + " " + filled + "?" + String.join("&", query), e);
      }
    }

    private void map(Match.Found<Binding> found, List<String> query, HttpContent content) {
      mapper.map(found.target(), found.captures(), String.join("&", query), content);
    }

    private HttpContent body(String type, JsonNode media) {
      if (type.equals("*/*")) {
        return new HttpContent("image/png", new byte[] {1, 2});
      }
      JsonNode schema = media.has("x-itemSchema") ? media.get("x-itemSchema") : media.get("schema");
      JsonNode sample = samples.of(schema);
      assertThat(described.mistakes(schema, sample)).as(sample.toString()).isEmpty();
      return new HttpContent(type, sample.toString().getBytes(StandardCharsets.UTF_8));
    }

    private String value(JsonNode parameter) {
      JsonNode value = samples.of(parameter.get("schema"));
      if (value.isArray()) {
        return value.isEmpty() ? "" : value.get(0).asText();
      }
      assertThat(described.mistakes(parameter.get("schema"), value)).isEmpty();
      return value.asText();
    }

    private static boolean firstOfItsOneof(JsonNode parameter, List<String> seen) {
      String text = parameter.path("description").asText();
      int at = text.indexOf(" one of ");
      if (at < 0) {
        return true;
      }
      String oneof = text.substring(at);
      boolean first = !seen.contains(oneof);
      seen.add(oneof);
      return first;
    }

    private static String escaped(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
  }
}
