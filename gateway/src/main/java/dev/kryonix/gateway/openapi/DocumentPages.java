package dev.kryonix.gateway.openapi;

import com.google.gson.GsonBuilder;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.http.Page;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.Routes;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.Yaml;

/** The document as pages, in JSON and in YAML; written once, at start. */
@Factory
final class DocumentPages {
  static final String JSON_PATH = "/openapi.json";

  /** Other sites may read the document: it is the same for everyone. */
  private static final Map<String, String> HEADERS =
      Map.of("access-control-allow-origin", "*", "x-content-type-options", "nosniff");

  private final Map<String, Object> document;

  DocumentPages(Contract contract, Routes routes) {
    document = OpenApiDocument.of(contract, routes);
  }

  @Singleton
  @Named("openapi.json")
  Page json() {
    String text = new GsonBuilder().disableHtmlEscaping().create().toJson(document);
    return new FixedPage(JSON_PATH, HttpContent.JSON, bytes(text), HEADERS);
  }

  @Singleton
  @Named("openapi.yaml")
  Page yaml() {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(FlowStyle.BLOCK);
    options.setDereferenceAliases(true);
    options.setSplitLines(false);
    options.setAllowUnicode(true);
    String text = new Yaml(options).dump(document);
    return new FixedPage("/openapi.yaml", "application/yaml", bytes(text), HEADERS);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
