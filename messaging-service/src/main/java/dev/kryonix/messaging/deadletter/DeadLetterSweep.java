package dev.kryonix.messaging.deadletter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes dead letters out of the broker when nobody asks for them, and out of the database when they
 * have been kept long enough. Every replica does a share.
 */
@Singleton
final class DeadLetterSweep implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterSweep.class);

  /** The queues of dead letters of all tenants; a page of the first 500 that the broker has. */
  private static final String QUEUES =
      "/api/queues?page=1&page_size=500&use_regex=true&name=%5C.dead$&columns=name,vhost,messages_ready";

  private final DeadLetterStore store;
  private final RunStore runs;
  private final Drain drain;
  private final ManagementApi api;
  private final TenantDirectory tenants;
  private final DeadLetterConfig config;
  private final Rounds rounds = new Rounds("dead-letter-sweep", this::round);

  DeadLetterSweep(
      Redriving redriving,
      Drain drain,
      ManagementApi api,
      TenantDirectory tenants,
      DeadLetterConfig config) {
    this.store = redriving.store();
    this.runs = redriving.runs();
    this.drain = drain;
    this.api = api;
    this.tenants = tenants;
    this.config = config;
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() throws InterruptedException {
    try {
      sweep();
    } catch (ServiceException | ManagementException e) {
      LOG.debug("dead letters stay where they are for now", e);
    }
    return config.sweep();
  }

  private void sweep() throws ManagementException, InterruptedException {
    int erased;
    do {
      erased = store.eraseExpired() + runs.eraseExpired();
    } while (erased > 0);
    for (TenantId id : withDeadLetters()) {
      Optional<TenantView> tenant =
          tenants.find(id).filter(each -> each.serving() == Serving.SERVING);
      if (tenant.isPresent()) {
        drain(tenant.get());
      }
    }
  }

  private void drain(TenantView tenant) throws InterruptedException {
    try {
      drain.drain(tenant);
    } catch (ServiceException e) {
      LOG.debug("dead letters of tenant {} stay where they are for now", tenant.id(), e);
    }
  }

  private Set<TenantId> withDeadLetters() throws ManagementException {
    Set<TenantId> found = new LinkedHashSet<>();
    Optional<JsonObject> page = api.object(QUEUES);
    if (page.isPresent() && page.get().get("items") instanceof JsonArray items) {
      for (JsonElement each : items) {
        // One of which the broker knows nothing else is just being made, or its leader is away.
        if (each instanceof JsonObject queue
            && queue.has("vhost")
            && queue.has("messages_ready")
            && queue.get("messages_ready").getAsLong() > 0) {
          Names.tenantOfVhost(queue.get("vhost").getAsString()).ifPresent(found::add);
        }
      }
    }
    return found;
  }
}
