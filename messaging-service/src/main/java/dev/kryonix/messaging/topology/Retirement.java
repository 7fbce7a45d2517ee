package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.TenantConnections;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes queues that nobody uses. RabbitMQ cannot delete a quorum queue on condition that it is
 * empty and unused, so this takes two steps. First nothing leads to the queue any more: whoever
 * publishes gets the message back, and declares and binds the queue again. After a while in which
 * everything on its way has arrived, the queue is deleted, if nobody has bound it again and it is
 * still empty; and while that is found out and done, nobody declares it.
 */
@Singleton
final class Retirement {
  private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

  private final ManagementApi api;
  private final TenantConnections connections;
  private final TenantQueues queues;
  private final QueueLock lock;
  private final RetirementConfig config;

  Retirement(
      ManagementApi api,
      TenantConnections connections,
      TenantQueues queues,
      QueueLock lock,
      RetirementConfig config) {
    this.api = api;
    this.connections = connections;
    this.queues = queues;
    this.lock = lock;
    this.config = config;
  }

  /** The history stays; everything else is made again when it is needed. */
  static boolean mayRetire(String queue) {
    return !queue.equals(Names.HISTORY) && !queue.startsWith("amq.");
  }

  void retire(Map<TenantView, Set<String>> unused) throws InterruptedException {
    unused.forEach((tenant, names) -> names.forEach(name -> attempt(() -> unbind(tenant, name))));
    Thread.sleep(config.settle());
    unused.forEach((tenant, names) -> names.forEach(name -> attempt(() -> delete(tenant, name))));
  }

  private static void attempt(Step step) {
    try {
      step.run();
    } catch (ManagementException | ServiceException | ShutdownSignalException e) {
      // At the next look, the queue is as unused as it is now.
      LOG.debug("a queue stays", e);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws ManagementException;
  }

  private void unbind(TenantView tenant, String name) throws ManagementException {
    Set<JsonObject> bindings = bindings(tenant, name);
    // Who is sent copies is not missed by whoever sends them.
    if (bindings.stream().anyMatch(each -> source(each).equals(Names.AUTOMATION))) {
      return;
    }
    queues.forget(tenant.uid(), name);
    for (JsonObject binding : bindings) {
      api.delete(
          ManagementApi.path(
              "bindings",
              Names.vhost(tenant.id()),
              "e",
              source(binding),
              "q",
              name,
              Inventory.text(binding, "properties_key")));
    }
  }

  private void delete(TenantView tenant, String name) throws ManagementException {
    JsonObject found =
        api.object(ManagementApi.path("queues", Names.vhost(tenant.id()), name)).orElse(null);
    if (found == null) {
      return;
    }
    boolean unused = QueueSample.of(tenant.id(), found).isUnused();
    lock.alone(tenant.uid(), name, () -> deleteUnlessUsed(tenant, name, unused));
  }

  private void deleteUnlessUsed(TenantView tenant, String name, boolean unused) {
    try {
      if (!bindings(tenant, name).isEmpty()) {
        return;
      }
      if (unused && Vacancy.isVacant(connections.toConsume(tenant), name)) {
        api.delete(ManagementApi.path("queues", Names.vhost(tenant.id()), name));
        queues.forget(tenant.uid(), name);
        LOG.info("nobody uses the queue {} of tenant {}: it is retired", name, tenant.id());
      } else {
        bindAgain(tenant, name);
      }
    } catch (ManagementException e) {
      LOG.debug("the queue {} of tenant {} stays", name, tenant.id(), e);
    }
  }

  private void bindAgain(TenantView tenant, String name) throws ManagementException {
    QueueBinding binding = QueueBinding.of(name);
    JsonObject body = new JsonObject();
    body.addProperty("routing_key", binding.routingKey());
    api.post(
        ManagementApi.path(
            "bindings", Names.vhost(tenant.id()), "e", binding.exchange(), "q", name),
        body);
  }

  /** Those to exchanges that have a name; every queue is bound to the one that has none. */
  private Set<JsonObject> bindings(TenantView tenant, String name) throws ManagementException {
    Set<JsonObject> bindings = new HashSet<>();
    String path = ManagementApi.path("queues", Names.vhost(tenant.id()), name, "bindings");
    for (JsonObject binding : api.list(path)) {
      if (!source(binding).isEmpty()) {
        bindings.add(binding);
      }
    }
    return bindings;
  }

  private static String source(JsonObject binding) {
    return Inventory.text(binding, "source");
  }
}
