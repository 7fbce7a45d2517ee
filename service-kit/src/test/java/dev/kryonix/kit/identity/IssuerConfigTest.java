package dev.kryonix.kit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands in the configuration is what is trusted, and nonsense stops the start. */
final class IssuerConfigTest {
  private static final String PREFIX = "kryonix.issuers.clinic.";

  @Test
  void whatIsNotSaidHasItsDefault() {
    IssuerConfig config = read(Map.of());

    assertThat(config.audience()).isEqualTo("kryonix");
    assertThat(config.algorithms()).containsExactly(TokenAlgorithm.ES256);
    assertThat(config.tenantClaim()).isEqualTo("tenant");
    assertThat(config.scopeClaim()).isEqualTo("scope");
    assertThat(config.tenants()).isEmpty();
    assertThat(config.fresh()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.jwks()).isEqualTo(URI.create("https://id.clinic.example/jwks"));
  }

  @Test
  void whatIsSaidCounts() {
    IssuerConfig config =
        read(
            Map.of(
                PREFIX + "algorithms", "EDDSA,RS256",
                PREFIX + "tenants", "acme,other",
                PREFIX + "tenant-claim", "org",
                PREFIX + "fresh", "30s"));

    assertThat(config.algorithms())
        .containsExactlyInAnyOrder(TokenAlgorithm.EDDSA, TokenAlgorithm.RS256);
    assertThat(config.tenants()).containsExactly("acme", "other");
    assertThat(config.tenantClaim()).isEqualTo("org");
    assertThat(config.fresh()).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @CsvSource({
    "issuer, kryonix",
    "issuer, kryonix-services",
    "audience, kryonix-internal",
    "algorithms, HS256",
    "algorithms, none",
    "fresh, 0s"
  })
  void whatCannotBeTrustedStopsTheStart(String name, String value) {
    assertThatThrownBy(() -> read(Map.of(PREFIX + name, value)))
        .isInstanceOf(RuntimeException.class);
  }

  private static IssuerConfig read(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(PREFIX + "issuer", "https://id.clinic.example/");
    properties.put(PREFIX + "jwks", "https://id.clinic.example/jwks");
    properties.putAll(more);
    try (ApplicationContext context =
        ApplicationContext.builder().properties(properties).banner(false).start()) {
      return context.getBean(IssuerConfig.class);
    }
  }
}
