package dev.kryonix.system.gateway;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls over REST, with a token or without. */
public final class Rest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final HttpClient http;
  private final URI base;
  private final String authorization;

  /** Without a token. */
  public Rest(URI base) {
    this(HttpClient.newBuilder().connectTimeout(DEADLINE).build(), base, "");
  }

  private Rest(HttpClient http, URI base, String authorization) {
    this.http = http;
    this.base = base;
    this.authorization = authorization;
  }

  /** The same with a token. */
  public Rest withToken(String token) {
    return new Rest(http, base, "Bearer " + token);
  }

  public RestAnswer get(String path) {
    return send("GET", path, "");
  }

  public RestAnswer delete(String path) {
    return send("DELETE", path, "");
  }

  public RestAnswer post(String path, Message body) {
    return send("POST", path, Json.write(body));
  }

  public RestAnswer put(String path, Message body) {
    return send("PUT", path, Json.write(body));
  }

  public RestAnswer patch(String path, Message body) {
    return send("PATCH", path, Json.write(body));
  }

  /** Sends a body as it is, valid or not; none when it is empty. */
  public RestAnswer send(String method, String path, String body) {
    HttpRequest.Builder request =
        request(path)
            .timeout(DEADLINE)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("content-type", "application/json");
    }
    try {
      var answer = http.send(request.build(), BodyHandlers.ofString());
      return new RestAnswer(
          method + " " + path, answer.statusCode(), answer.headers(), answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + method + " " + path, e);
    }
  }

  /** Opens a stream of server-sent events, each a message of the given type. */
  public <M extends Message> Events<M> events(String path, M type) {
    return Events.open(http, request(path).header("accept", "text/event-stream").build(), type);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    return authorization.isEmpty() ? request : request.header("authorization", authorization);
  }
}
