package dev.kryonix.messaging.broker;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import jakarta.inject.Singleton;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
  private static final int OK = 200;
  private static final int FIRST_FAILURE = 300;

  /** How much of an answer that cannot be read is shown. */
  private static final int SHOWN = 100;

  private final ManagementNodes nodes;
  private final String authorization;
  private final Patience patience;

  public ManagementApi(BrokerConfig config) {
    this.nodes = new ManagementNodes(config.managementUrls(), config.connectTimeout());
    this.patience = Patience.of(config.managementTimeout());
    String credentials = config.user() + ":" + config.password();
    this.authorization =
        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
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
    return get(path, patience);
  }

  /** As {@link #get(String)}, for no longer than that. */
  Optional<JsonElement> get(String path, Patience patience) throws ManagementException {
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

  /** The object at the path, when there is one. */
  public Optional<JsonObject> object(String path) throws ManagementException {
    Optional<JsonElement> found = get(path);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (found.get() instanceof JsonObject object) {
      return Optional.of(object);
    }
    throw unexpected(path, "an object", found.get());
  }

  /** The objects that are listed at the path; none when there is no list. */
  public List<JsonObject> list(String path) throws ManagementException {
    return list(path, patience);
  }

  /** As {@link #list(String)}, for no longer than that. */
  public List<JsonObject> list(String path, Patience patience) throws ManagementException {
    Optional<JsonElement> found = get(path, patience);
    if (found.isEmpty()) {
      return List.of();
    }
    if (!(found.get() instanceof JsonArray list)) {
      throw unexpected(path, "a list", found.get());
    }
    List<JsonObject> objects = new ArrayList<>();
    for (JsonElement each : list) {
      objects.add(element(path, each));
    }
    return objects;
  }

  /** An object without any field that was asked for is written as an empty list by the broker. */
  private static JsonObject element(String path, JsonElement found) throws ManagementException {
    return switch (found) {
      case JsonObject object -> object;
      case JsonArray list when list.isEmpty() -> new JsonObject();
      default -> throw unexpected(path, "a list of objects", found);
    };
  }

  private static ManagementException unexpected(String path, String wanted, JsonElement found) {
    String text = found.toString();
    return new ManagementException(
        "GET %s did not answer %s: %s"
            .formatted(path, wanted, text.substring(0, Math.min(SHOWN, text.length()))),
        OK,
        null);
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
    return send(method, path, body, patience);
  }

  private HttpResponse<String> send(
      String method, String path, BodyPublisher body, Patience patience)
      throws ManagementException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .method(method, body);
    return nodes.send(request, path, patience);
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
