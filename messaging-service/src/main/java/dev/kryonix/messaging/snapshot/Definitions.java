package dev.kryonix.messaging.snapshot;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/**
 * The queues and bindings of a tenant's vhost, through the management API. Exchanges, policies,
 * limits and permissions are not read: they follow from the desired state, which puts them back by
 * itself.
 */
@Singleton
final class Definitions {
  private final ManagementApi api;

  Definitions(ManagementApi api) {
    this.api = api;
  }

  /** A queue as it was declared. */
  record Queue(String name, JsonObject arguments) {
    /** The module that the queue belongs to. */
    String module() {
      int dot = name.indexOf('.');
      return dot < 0 ? "" : name.substring(0, dot);
    }
  }

  /** A binding of a queue to an exchange. */
  record Binding(String exchange, String queue, String routingKey) {}

  /** The tenant's queues, in no order. */
  List<Queue> queues(TenantId tenant) {
    List<Queue> queues = new ArrayList<>();
    for (JsonObject queue :
        list(
            ManagementApi.path("queues", Names.vhost(tenant))
                + "?columns=name,arguments,durable")) {
      // The platform's own come back by themselves when they are needed.
      boolean own = queue.get("name").getAsString().startsWith(Names.OWN);
      if (queue.get("durable").getAsBoolean() && !own) {
        JsonElement arguments = queue.get("arguments");
        queues.add(
            new Queue(
                queue.get("name").getAsString(),
                arguments.isJsonObject() ? arguments.getAsJsonObject() : new JsonObject()));
      }
    }
    return queues;
  }

  /** The bindings of the tenant's queues to named exchanges, in no order. */
  List<Binding> bindings(TenantId tenant) {
    List<Binding> bindings = new ArrayList<>();
    for (JsonObject binding : list(ManagementApi.path("bindings", Names.vhost(tenant)))) {
      String source = binding.get("source").getAsString();
      // As for queues, those of the platform's own come back by themselves.
      if (!source.isEmpty()
          && binding.get("destination_type").getAsString().equals("queue")
          && !binding.get("destination").getAsString().startsWith(Names.OWN)) {
        bindings.add(
            new Binding(
                source,
                binding.get("destination").getAsString(),
                binding.get("routing_key").getAsString()));
      }
    }
    return bindings;
  }

  void declare(TenantId tenant, Queue queue) {
    JsonObject body = new JsonObject();
    body.addProperty("durable", true);
    body.add("arguments", queue.arguments());
    run(() -> api.put(ManagementApi.path("queues", Names.vhost(tenant), queue.name()), body));
  }

  void bind(TenantId tenant, Binding binding) {
    JsonObject body = new JsonObject();
    body.addProperty("routing_key", binding.routingKey());
    run(
        () ->
            api.post(
                ManagementApi.path(
                    "bindings", Names.vhost(tenant), "e", binding.exchange(), "q", binding.queue()),
                body));
  }

  private List<JsonObject> list(String path) {
    try {
      return api.list(path);
    } catch (ManagementException e) {
      throw CommonErrors.storeUnavailable("rabbitmq", e);
    }
  }

  private static void run(Change change) {
    try {
      change.make();
    } catch (ManagementException e) {
      throw CommonErrors.storeUnavailable("rabbitmq", e);
    }
  }

  @FunctionalInterface
  private interface Change {
    void make() throws ManagementException;
  }
}
