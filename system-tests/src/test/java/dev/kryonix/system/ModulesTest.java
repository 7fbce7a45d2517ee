package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The services share the contracts and the kit, and nothing else. Read from the sources and build
 * files, because no module sees all services.
 */
final class ModulesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern DEPENDENCY =
      Pattern.compile("<groupId>dev\\.kryonix</groupId>\\s*<artifactId>([a-z-]+)</artifactId>");
  private static final Pattern OWN_CODE = Pattern.compile("dev\\.kryonix\\.([a-z]+)");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tenant-service",
        "messaging-service",
        "cache-service",
        "backup-service",
        "gateway"
      })
  void aServiceDependsOnContractsAndKitOnly(String module) throws IOException {
    String build = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
    List<String> dependencies =
        DEPENDENCY
            .matcher(build.substring(build.indexOf("</parent>")))
            .results()
            .map(result -> result.group(1))
            .filter(artifact -> !artifact.equals("kryonix-" + module))
            .toList();

    assertThat(dependencies).isSubsetOf("kryonix-proto", "kryonix-service-kit", "kryonix-test-kit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tenant-service",
        "messaging-service",
        "cache-service",
        "backup-service",
        "gateway"
      })
  void theSourcesOfAServiceNameNoOtherServicesCode(String module) throws IOException {
    String own = module.replace("-service", "");
    try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher names = OWN_CODE.matcher(Files.readString(source));
        while (names.find()) {
          assertThat(names.group(1)).as(source.toString()).isIn("api", "kit", own);
        }
      }
    }
  }

  @Test
  void theContractsHoldNoHandwrittenCode() throws IOException {
    try (Stream<Path> sources = Files.walk(ROOT.resolve("proto/src"))) {
      assertThat(sources.filter(Files::isRegularFile))
          .allMatch(path -> path.toString().endsWith(".proto"));
    }
  }
}
