package dev.kryonix.messaging.broker;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The broker's management API, as JSON. Each node of a cluster answers for all of it: the one that
 * answered last is asked until it does not, and then the next.
 *
 * <p>Not com.rabbitmq:http-client: its typed objects leave out what we need to read back (default
 * queue type, dead-letter counters, effective policies), and it would bring a second JSON library.
 */
@Singleton
public final class ManagementApi {
  private static final int NOT_FOUND = 404;
  private static final int FIRST_FAILURE = 300;

  private final BrokerConfig config;
  private final String authorization;
  private final HttpClient http;
  private final List<URI> nodes;
  private final AtomicInteger node = new AtomicInteger();

  public ManagementApi(BrokerConfig config) {
    this.config = config;
    this.nodes = config.managementUrls();
    String credentials = config.user() + ":" + config.password();
    this.authorization =
        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.connectTimeout())
            .build();
  }

  /** A path below {@code /api}, each part escaped. */
  public static String path(String... parts) {
    StringBuilder path = new StringBuilder("/api");
    for (String part : parts) {
      path.append('/').append(URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"));
    }
    return path.toString();
  }

  /** What is at the path, when something is. */
  public Optional<JsonElement> get(String path) throws ManagementException {
    return get(path, config.managementTimeout());
  }

  /** As {@link #get(String)}, for no longer than that. */
  Optional<JsonElement> get(String path, Duration patience) throws ManagementException {
    HttpResponse<String> answer = send("GET", path, BodyPublishers.noBody(), patience);
    if (answer.statusCode() == NOT_FOUND) {
      return Optional.empty();
    }
    require(answer, "GET", path);
    try {
      return Optional.of(JsonParser.parseString(answer.body()));
    } catch (JsonParseException e) {
      throw new ManagementException("GET " + path + " did not answer JSON", answer.statusCode(), e);
    }
  }

  /** Makes or replaces what is at the path. */
  public void put(String path, JsonElement body) throws ManagementException {
    require(send("PUT", path, BodyPublishers.ofString(body.toString())), "PUT", path);
  }

  /** Adds to what is at the path. */
  public void post(String path, JsonElement body) throws ManagementException {
    require(send("POST", path, BodyPublishers.ofString(body.toString())), "POST", path);
  }

  /** Removes what is at the path; false when nothing was. */
  public boolean delete(String path) throws ManagementException {
    HttpResponse<String> answer = send("DELETE", path, BodyPublishers.noBody());
    if (answer.statusCode() == NOT_FOUND) {
      return false;
    }
    require(answer, "DELETE", path);
    return true;
  }

  private HttpResponse<String> send(String method, String path, BodyPublisher body)
      throws ManagementException {
    return send(method, path, body, config.managementTimeout());
  }

  /**
   * Everything may be sent once more, to another node: what is put, posted or deleted here is
   * there, or not, however often it was asked for. Only when the time is up the caller has to.
   */
  private HttpResponse<String> send(
      String method, String path, BodyPublisher body, Duration patience)
      throws ManagementException {
    IOException failure = null;
    for (int tries = 0; tries < nodes.size(); tries++) {
      int asked = node.get();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(nodes.get(asked) + path))
              .timeout(patience)
              .header("authorization", authorization)
              .header("content-type", "application/json")
              .method(method, body)
              .build();
      try {
        return http.send(request, BodyHandlers.ofString());
      } catch (IOException e) {
        node.compareAndSet(asked, (asked + 1) % nodes.size());
        failure = e;
        if (e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException)) {
          break;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ManagementException("interrupted in " + method + " " + path, 0, e);
      }
    }
    throw new ManagementException(
        "the management API does not answer " + method + " " + path, 0, failure);
  }

  private static void require(HttpResponse<String> answer, String method, String path)
      throws ManagementException {
    if (answer.statusCode() >= FIRST_FAILURE) {
      throw new ManagementException(
          "the management API answers %d to %s %s".formatted(answer.statusCode(), method, path),
          answer.statusCode(),
          null);
    }
  }
}
