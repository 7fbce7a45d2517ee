package dev.kryonix.system.platform;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Value;
import dev.kryonix.system.gateway.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What RabbitMQ itself says that tenants have, asked past all services. */
public final class Broker {
  private static final String VHOST = "tenant_";
  private static final String USER = "kryonix_";

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;
  private final String authorization;

  Broker(Instance instance) {
    base = URI.create("http://127.0.0.1:" + instance.port(25673));
    String credentials = "kryonix_admin:" + instance.secret("rabbitmq-admin");
    authorization =
        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  /** The ids of the tenants that have a vhost, of those whose id begins so. */
  public List<String> vhosts(String prefix) {
    return names("/api/vhosts?columns=name", VHOST, prefix);
  }

  /** The ids of the tenants that have a user, of those whose id begins so. */
  public List<String> users(String prefix) {
    return names("/api/users?columns=name", USER, prefix);
  }

  /** Deletes a tenant's vhost, as somebody would by mistake. */
  public void deleteVhost(String tenant) {
    delete("/api/vhosts/" + VHOST + tenant);
  }

  /** Closes all connections of a tenant's user. */
  public void closeConnections(String tenant) {
    delete("/api/connections/username/" + USER + tenant);
  }

  /**
   * Everything that was made for a tenant, with its own id and uid left out: the same for tenants
   * of the same plan, whatever happened while they were made.
   */
  public Set<Value> objects(String tenant, String uid) {
    String vhost = VHOST + tenant;
    return Stream.of(
            "/api/vhosts/%s?columns=name,description,tags,default_queue_type",
            "/api/exchanges/%s?columns=name,type,durable,auto_delete,internal,arguments",
            "/api/queues/%s?columns=name,type,durable,arguments",
            "/api/policies/%s",
            "/api/vhost-limits/%s",
            "/api/vhosts/%s/permissions",
            "/api/vhosts/%s/topic-permissions")
        .flatMap(path -> values(path.formatted(vhost)))
        .map(Json::write)
        .map(text -> value(text.replace(uid, "UID").replace(tenant, "ID")))
        .collect(Collectors.toSet());
  }

  private List<String> names(String path, String before, String prefix) {
    return values(path)
        .map(each -> each.getStructValue().getFieldsOrThrow("name").getStringValue())
        .filter(name -> name.startsWith(before + prefix))
        .map(name -> name.substring(before.length()))
        .sorted()
        .toList();
  }

  /** The elements of the answer when it is a list, else the answer. */
  private Stream<Value> values(String path) {
    Value answer = value(get(path));
    return answer.hasListValue()
        ? answer.getListValue().getValuesList().stream()
        : Stream.of(answer);
  }

  private static Value value(String json) {
    try {
      return Json.read(json, Value.getDefaultInstance());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("RabbitMQ answered no JSON: " + json, e);
    }
  }

  private String get(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)), 200);
  }

  private void delete(String path) {
    send(HttpRequest.newBuilder(base.resolve(path)).DELETE(), 204);
  }

  private String send(HttpRequest.Builder builder, int expected) {
    HttpRequest request = builder.header("authorization", authorization).build();
    URI path = request.uri();
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != expected) {
        throw new AssertionError(path + ": HTTP " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + path, e);
    }
  }
}
