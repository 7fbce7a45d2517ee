package dev.kryonix.kit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An issuer's key set over real HTTP and from a file. */
final class JwksDocumentTest {
  private static final Set<TokenAlgorithm> ES256 = Set.of(TokenAlgorithm.ES256);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ECKey key = TestTokens.newKey("a");
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private URI base;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
  }

  @Test
  void theKeysOfASetAreFound() throws Exception {
    answer("/jwks", 200, new JWKSet(key).toString());

    assertThat(at("jwks").fetch()).containsOnlyKeys("a");
  }

  @Test
  void aFileIsReadAnewEachTime(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("jwks.json");
    Files.writeString(file, new JWKSet(key).toString());
    JwksDocument document = new JwksDocument(file.toUri(), ES256, PATIENCE);
    assertThat(document.fetch()).containsOnlyKeys("a");

    Files.writeString(file, new JWKSet(TestTokens.newKey("b")).toString());

    assertThat(document.fetch()).containsOnlyKeys("b");
  }

  @Test
  void keysThatCannotVerifyTokensDontCount() throws Exception {
    JWK secret = new OctetSequenceKeyGenerator(256).keyID("hmac").generate();
    JWK otherCurve = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
    JWK forEncryption =
        new ECKeyGenerator(Curve.P_256)
            .keyID("enc")
            .keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION)
            .generate();
    JWK withoutId = new ECKeyGenerator(Curve.P_256).generate();
    answer(
        "/jwks",
        200,
        new JWKSet(List.of(secret, otherCurve, forEncryption, withoutId, key)).toString(false));

    assertThat(at("jwks").fetch()).containsOnlyKeys("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "[]", "{\"keys\": []}", "<html>", "{\"keys\": [{\"kty\": \"EC\"}]}"})
  void anAnswerThatIsNoKeySetIsAFailure(String body) {
    answer("/jwks", 200, body);

    assertFails(at("jwks"));
  }

  @Test
  void anErrorIsAFailure() {
    answer("/jwks", 500, new JWKSet(key).toString());

    assertFails(at("jwks"));
  }

  @Test
  void aRedirectIsNotFollowed() {
    answer("/jwks", 200, new JWKSet(key).toString());
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("location", "/jwks");
          send(exchange, 302, "");
        });

    assertFails(at("moved"));
  }

  @Test
  void anAnswerWithoutEndIsCutOff() {
    server.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] block = new byte[64 * 1024];
          try (exchange) {
            while (over.getCount() > 0) {
              exchange.getResponseBody().write(block);
            }
          }
        });

    assertFails(at("endless"));
  }

  @Test
  void anAnswerThatTricklesIsNotWaitedFor() {
    server.createContext(
        "/slow",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    JwksDocument slow = new JwksDocument(base.resolve("slow"), ES256, Duration.ofSeconds(1));
    long start = System.nanoTime();

    assertFails(slow);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
  }

  @Test
  void nobodyThereIsAFailure() {
    server.stop(0);

    assertFails(at("jwks"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://id.example.com/jwks",
        "http://127.0.0.1.example.com/jwks",
        "ftp://id.example.com/jwks",
        "https:/jwks",
        "jwks.json"
      })
  void keysAreTakenOverHttpsFilesAndLoopbackOnly(String address) {
    assertThatThrownBy(() -> new JwksDocument(URI.create(address), ES256, PATIENCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(address);
  }

  private JwksDocument at(String path) {
    return new JwksDocument(base.resolve(path), ES256, PATIENCE);
  }

  private static void assertFails(JwksDocument document) {
    assertThatThrownBy(document::fetch).isInstanceOf(KeysUnavailableException.class);
  }

  private void answer(String path, int status, String body) {
    server.createContext(path, exchange -> send(exchange, status, body));
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
