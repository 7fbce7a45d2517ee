package dev.kryonix.messaging.broker;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The broker's management API, as JSON.
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

  public ManagementApi(BrokerConfig config) {
    this.config = config;
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
    HttpResponse<String> answer = send("GET", path, BodyPublishers.noBody());
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
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(config.managementUrl() + path))
            .timeout(config.managementTimeout())
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .method(method, body)
            .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new ManagementException(
          "the management API does not answer " + method + " " + path, 0, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ManagementException("interrupted in " + method + " " + path, 0, e);
    }
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
