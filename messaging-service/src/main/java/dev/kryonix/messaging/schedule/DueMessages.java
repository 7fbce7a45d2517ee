package dev.kryonix.messaging.schedule;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.Vault;
import dev.kryonix.messaging.publish.PublishRequests;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleStore.Due;
import dev.kryonix.messaging.schedule.ScheduleStore.Ending;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes messages of one tenant that are due, and writes down what became of them. What cannot
 * be published now is tried again: it waits for as long as the tenant is suspended, lacks the
 * module, or the broker is away.
 */
@Singleton
final class DueMessages {
  private static final Logger LOG = LoggerFactory.getLogger(DueMessages.class);

  /** While the tenant itself stands in the way; when that changes, it is due at once. */
  private static final Duration UNTIL_TENANT_CHANGES = Duration.ofMinutes(10);

  /** The tenant may be on its way to this replica. */
  private static final Duration UNTIL_TENANT_KNOWN = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(15);
  private static final int DOUBLINGS = 5;

  private final TenantDirectory tenants;
  private final Vault vault;
  private final PublishRequests requests;
  private final Publisher publisher;
  private final ScheduleStore store;

  DueMessages(
      TenantDirectory tenants,
      Vault vault,
      PublishRequests requests,
      Publisher publisher,
      ScheduleStore store) {
    this.tenants = tenants;
    this.vault = vault;
    this.requests = requests;
    this.publisher = publisher;
    this.store = store;
  }

  /** Publishes them in their order. */
  void publish(Owner owner, List<Due> due) {
    Optional<TenantView> tenant = tenants.find(owner.id(), owner.uid());
    List<Ending> endings = new ArrayList<>();
    if (tenant.isEmpty()) {
      due.forEach(each -> endings.add(later(each, UNTIL_TENANT_KNOWN)));
    } else if (tenant.get().serving() != Serving.SERVING) {
      due.forEach(each -> endings.add(later(each, UNTIL_TENANT_CHANGES)));
    } else {
      endings.addAll(publish(tenant.get(), due));
    }
    try {
      store.end(owner, endings);
      if (!tenants.find(owner.id(), owner.uid()).equals(tenant)) {
        // Whoever heard of that change left out what was being published.
        store.dueAgain(owner);
      }
    } catch (ServiceException e) {
      LOG.warn(
          "what became of {} scheduled messages of tenant {} could not be written down; they are"
              + " published again under the same ids",
          endings.size(),
          owner.id(),
          e);
    }
  }

  private List<Ending> publish(TenantView tenant, List<Due> due) {
    List<CompletableFuture<Boolean>> outcomes = new ArrayList<>();
    for (Due each : due) {
      outcomes.add(submit(tenant, each));
    }
    List<Ending> endings = new ArrayList<>();
    for (int i = 0; i < due.size(); i++) {
      endings.add(ending(due.get(i), outcomes.get(i)));
    }
    return endings;
  }

  private CompletableFuture<Boolean> submit(TenantView tenant, Due due) {
    try {
      byte[] content = vault.open(tenant, Schedules.PLACE, due.messageId(), due.sealed());
      NewMessage message =
          requests
              .read(tenant, PublishRequest.parseFrom(content), due.trace())
              .as(due.messageId(), due.unknown());
      return publisher.submit(tenant, message).thenApply(receipt -> true);
    } catch (ServiceException e) {
      return CompletableFuture.failedFuture(e);
    } catch (PayloadCorruptException | InvalidProtocolBufferException e) {
      LOG.error("scheduled message {} of tenant {} {}", due.id(), tenant.id(), e.getMessage());
      return CompletableFuture.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Ending ending(Due due, CompletableFuture<Boolean> outcome) {
    try {
      outcome.get();
      return new Ending.Published(due);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ending.Later(due, FIRST_PAUSE, true);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ServiceException refusal) {
        return refused(due, refusal);
      }
      return later(due, UNTIL_TENANT_CHANGES);
    }
  }

  private static Ending refused(Due due, ServiceException refusal) {
    boolean unknown = refusal.reason() == ErrorReason.ERROR_REASON_CONFIRM_TIMEOUT;
    boolean passing =
        unknown || refusal.code() == Code.UNAVAILABLE || refusal.code() == Code.RESOURCE_EXHAUSTED;
    return new Ending.Later(
        due, passing ? pause(due.attempts()) : UNTIL_TENANT_CHANGES, unknown || due.unknown());
  }

  private static Duration pause(int attempts) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.clamp(attempts - 1, 0, DOUBLINGS));
    return pause.compareTo(LAST_PAUSE) < 0 ? pause : LAST_PAUSE;
  }

  private static Ending later(Due due, Duration pause) {
    return new Ending.Later(due, pause, due.unknown());
  }
}
