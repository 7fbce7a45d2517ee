package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The API's description on the HTTP port, and the page that shows it. */
class OpenApiPagesIT {
  @Test
  void theDocumentIsThereForAnyoneAndIsNotSentTwice() {
    HttpResponse<String> first = Gateway.get("/openapi.json");
    String tag = first.headers().firstValue("etag").orElseThrow();
    HttpResponse<String> again =
        Gateway.send(Gateway.request("/openapi.json").header("if-none-match", tag).GET());

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("content-type")).contains("application/json");
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void yamlSaysTheSameAsJson() {
    HttpResponse<String> yaml = Gateway.get("/openapi.yaml");

    assertThat(yaml.headers().firstValue("content-type")).contains("application/yaml");
    LoaderOptions large = new LoaderOptions();
    large.setCodePointLimit(Integer.MAX_VALUE);
    Object read = new Yaml(new SafeConstructor(large)).load(yaml.body());
    assertThat(new com.google.gson.Gson().toJsonTree(read))
        .isEqualTo(JsonParser.parseString(Gateway.get("/openapi.json").body()));
  }

  @Test
  void itIsReadOnly() {
    HttpResponse<String> head =
        Gateway.send(Gateway.request("/openapi.json").method("HEAD", BodyPublishers.noBody()));
    HttpResponse<String> delete = Gateway.send(Gateway.request("/openapi.json").DELETE());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(delete.statusCode()).isEqualTo(405);
  }

  @Test
  void thePageLoadsEverythingFromHereAndMayLoadNothingElse() {
    HttpResponse<String> page = Gateway.get("/docs");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe", "http");
    assertThat(page.body()).doesNotContain("://", "<style", "onload");
    assertThat(
            Pattern.compile("(?:src|href)=\"(/[^\"]*)\"")
                .matcher(page.body())
                .results()
                .map((MatchResult m) -> m.group(1)))
        .hasSizeGreaterThan(4)
        .allSatisfy(path -> assertThat(Gateway.get(path).statusCode()).as(path).isEqualTo(200));
  }
}
