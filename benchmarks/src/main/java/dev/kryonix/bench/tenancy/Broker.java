package dev.kryonix.bench.tenancy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** RabbitMQ: what it says of itself, and how long it takes to come back. */
final class Broker {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Surroundings surroundings;
  private final String servers;
  private final HttpClient http = HttpClient.newHttpClient();

  Broker(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.servers = surroundings.launcher().resolveSibling("deploy/local/servers").toString();
  }

  int vhosts() throws IOException, InterruptedException {
    return get("/api/vhosts?columns=name").size();
  }

  int queues() throws IOException, InterruptedException {
    return get("/api/queues?columns=name&disable_stats=true&enable_queue_totals=true").size();
  }

  /** What the Erlang VM has allocated and uses. */
  long memoryBytes() throws IOException, InterruptedException {
    return get("/api/nodes?columns=mem_used").get(0).getAsJsonObject().get("mem_used").getAsLong();
  }

  /** Stops it in good order, and says how long it then takes from its start to serving. */
  Duration restart() throws IOException, InterruptedException {
    Command.require(List.of(servers, "down", "rabbitmq"), "");
    long began = System.nanoTime();
    Command.require(List.of(servers, "up", "rabbitmq"), "");
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private JsonArray get(String path) throws IOException, InterruptedException {
    String credentials = "kryonix_admin:" + surroundings.managementPassword();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(surroundings.management().resolve(path))
                .timeout(PATIENCE)
                .header(
                    "authorization",
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("RabbitMQ answered " + answer.statusCode() + " to " + path);
    }
    JsonElement body = JsonParser.parseString(answer.body());
    return body.getAsJsonArray();
  }
}
