package dev.kryonix.bench.messaging;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** RabbitMQ beside its protocol, as far as the benchmark needs it: its management API mostly. */
final class BrokerApi {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The broker counts anew every five seconds. */
  private static final Duration STATISTICS = Duration.ofSeconds(15);

  private static final Duration LOOK = Duration.ofMillis(200);

  private final Surroundings surroundings;

  /** RabbitMQ's server ends a connection that is asked to become HTTP/2 with a body. */
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  BrokerApi(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Lets the broker's administrator into the vhost. */
  void enter(String vhost) throws IOException, InterruptedException {
    JsonObject everything = new JsonObject();
    for (String right : new String[] {"configure", "write", "read"}) {
      everything.addProperty(right, ".*");
    }
    call("PUT", "permissions/" + vhost + "/" + Surroundings.ADMINISTRATOR, everything);
  }

  /** A queue with the same arguments as another, bound in the same way under its own name. */
  void declareLike(String vhost, String model, String name)
      throws IOException, InterruptedException {
    JsonObject arguments =
        call("GET", "queues/" + vhost + "/" + model, null)
            .getAsJsonObject()
            .getAsJsonObject("arguments");
    declare(vhost, name, arguments);
  }

  /** A durable queue, bound to the exchange that messages are published to. */
  void declare(String vhost, String name, JsonObject arguments)
      throws IOException, InterruptedException {
    JsonObject queue = new JsonObject();
    queue.addProperty("durable", true);
    queue.add("arguments", arguments);
    call("PUT", "queues/" + vhost + "/" + name, queue);
    JsonObject binding = new JsonObject();
    binding.addProperty("routing_key", name);
    call("POST", "bindings/" + vhost + "/e/" + PerfTest.EXCHANGE + "/q/" + name, binding);
  }

  /** Deletes the queue, of a broker that may have started just now: once the queue has a leader. */
  void delete(String vhost, String name) throws IOException, InterruptedException {
    long began = System.nanoTime();
    while (true) {
      try {
        call("DELETE", "queues/" + vhost + "/" + name, null);
        return;
      } catch (IllegalStateException e) {
        if (System.nanoTime() - began > PATIENCE.toNanos()) {
          throw e;
        }
        Thread.sleep(LOOK);
      }
    }
  }

  /** Throws away what waits in the queue. */
  void purge(String vhost, String name) throws IOException, InterruptedException {
    call("DELETE", "queues/" + vhost + "/" + name + "/contents", null);
  }

  /**
   * Has the broker begin a new log of what its quorum queues are given. It does so by itself after
   * 256 MiB, and then writes what is still in queues to files of theirs: several times the work of
   * publishing, in whichever round that falls. Of queues that are empty there is nothing to write.
   */
  void beginLog() throws IOException, InterruptedException {
    surroundings.servers("rabbitmq_eval", "ra_log_wal:force_roll_over(ra_log_wal).");
  }

  /** How many messages the queue has, once it says that it has so many, or after some seconds. */
  long awaitMessages(String vhost, String name, long wanted)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    while (true) {
      JsonElement messages =
          call("GET", "queues/" + vhost + "/" + name + "?columns=messages", null)
              .getAsJsonObject()
              .get("messages");
      long found = messages == null ? 0 : messages.getAsLong();
      if (found >= wanted || System.nanoTime() - began > STATISTICS.toNanos()) {
        return found;
      }
      Thread.sleep(LOOK);
    }
  }

  /** The broker's version. */
  String version() throws IOException, InterruptedException {
    return call("GET", "overview?columns=rabbitmq_version", null)
        .getAsJsonObject()
        .get("rabbitmq_version")
        .getAsString();
  }

  private JsonElement call(String method, String path, @Nullable JsonObject body)
      throws IOException, InterruptedException {
    String credentials = Surroundings.ADMINISTRATOR + ":" + surroundings.password();
    HttpRequest request =
        HttpRequest.newBuilder(surroundings.management().resolve("/api/" + path))
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .header(
                "authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          "RabbitMQ answered %d to %s %s: %s"
              .formatted(answer.statusCode(), method, path, answer.body()));
    }
    return answer.body().isEmpty() ? JsonNull.INSTANCE : JsonParser.parseString(answer.body());
  }
}
