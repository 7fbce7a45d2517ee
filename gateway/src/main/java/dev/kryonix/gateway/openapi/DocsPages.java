package dev.kryonix.gateway.openapi;

import dev.kryonix.gateway.http.Page;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The page that shows the document: Swagger UI out of its webjar, served from here alone. The
 * browser is told to load nothing from anywhere else and to run no script that is written into a
 * page.
 */
@Factory
final class DocsPages {
  private static final String WEBJAR = "META-INF/resources/webjars/swagger-ui/";
  private static final String WEBJAR_VERSION =
      "META-INF/maven/org.webjars/swagger-ui/pom.properties";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private static final Map<String, String> HEADERS =
      Map.of(
          "content-security-policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "x-content-type-options",
          "nosniff",
          "referrer-policy",
          "no-referrer");

  @Singleton
  @Named("docs")
  Page docs() {
    return own("/docs", HTML, "docs.html");
  }

  @Singleton
  @Named("docs.css")
  Page style() {
    return own("/docs/docs.css", CSS, "docs.css");
  }

  @Singleton
  @Named("docs.js")
  Page start() {
    return own("/docs/docs.js", SCRIPT, "docs.js");
  }

  @Singleton
  @Named("swagger-ui.css")
  Page viewerStyle() {
    return viewer("swagger-ui.css", CSS);
  }

  @Singleton
  @Named("swagger-ui-bundle.js")
  Page viewer() {
    return viewer("swagger-ui-bundle.js", SCRIPT);
  }

  private static Page own(String path, String type, String file) {
    return new FixedPage(
        path, type, read(DocsPages.class.getResourceAsStream(file), file), HEADERS);
  }

  private static Page viewer(String file, String type) {
    String resource = WEBJAR + version() + "/" + file;
    return new FixedPage("/docs/" + file, type, read(open(resource), resource), HEADERS);
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = open(WEBJAR_VERSION)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "");
  }

  private static @Nullable InputStream open(String resource) {
    return DocsPages.class.getClassLoader().getResourceAsStream(resource);
  }

  private static byte[] read(@Nullable InputStream source, String name) {
    try (InputStream in = source) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
