package dev.kryonix.kit.identity;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An issuer's keys as a document: over HTTPS, or in a file that is read anew each time. Redirects
 * are not followed: the address is the operator's choice, not the issuer's.
 */
final class JwksDocument implements KeyFetch {
  private static final int MOST_BYTES = 256 * 1024;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final URI address;
  private final Set<TokenAlgorithm> algorithms;
  private final Duration patience;
  private final HttpClient http;

  JwksDocument(URI address, Set<TokenAlgorithm> algorithms, Duration patience) {
    requireTrustworthy(address);
    this.address = address;
    this.algorithms = Set.copyOf(algorithms);
    this.patience = patience;
    this.http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience)
            .build();
  }

  /** Keys that came over a wire that anyone can write to would be anyone's keys. */
  private static void requireTrustworthy(URI address) {
    String scheme = address.getScheme() == null ? "" : address.getScheme();
    boolean trustworthy =
        switch (scheme) {
          case "file" -> address.getPath() != null;
          case "https" -> address.getHost() != null;
          case "http" -> address.getHost() != null && LOOPBACK.contains(address.getHost());
          default -> false;
        };
    if (!trustworthy) {
      throw new IllegalArgumentException(
          "the JWKS of an issuer is at an https: or file: address (http: on loopback only), not '"
              + address
              + "'");
    }
  }

  @Override
  public Map<String, VerificationKey> fetch() throws KeysUnavailableException {
    byte[] document = "file".equals(address.getScheme()) ? file() : overHttp();
    return Jwks.parse(new String(document, StandardCharsets.UTF_8), algorithms);
  }

  private byte[] file() throws KeysUnavailableException {
    try (InputStream in = Files.newInputStream(Path.of(address))) {
      byte[] document = in.readNBytes(MOST_BYTES + 1);
      if (document.length > MOST_BYTES) {
        throw new KeysUnavailableException("larger than " + MOST_BYTES + " bytes");
      }
      return document;
    } catch (IOException e) {
      throw new KeysUnavailableException("cannot be read", e);
    }
  }

  private byte[] overHttp() throws KeysUnavailableException {
    HttpRequest request =
        HttpRequest.newBuilder(address).header("accept", "application/json").GET().build();
    CompletableFuture<HttpResponse<byte[]>> answering =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
    try {
      // The request's own timeout ends with the headers; this one includes the body.
      HttpResponse<byte[]> answer = answering.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (answer.statusCode() != 200) {
        throw new KeysUnavailableException("HTTP " + answer.statusCode());
      }
      return answer.body();
    } catch (TimeoutException e) {
      answering.cancel(true);
      throw new KeysUnavailableException("no answer in " + patience.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw new KeysUnavailableException("no answer", e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      answering.cancel(true);
      Thread.currentThread().interrupt();
      throw new KeysUnavailableException("interrupted");
    }
  }
}
