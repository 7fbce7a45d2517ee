package dev.kryonix.messaging.schedule;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes messages of one tenant that are due, and writes down what became of them. What cannot
 * be published now is tried again: it waits for as long as the tenant is suspended, lacks the
 * module, or the broker is away. What is refused for what it is, such as its operation, which the
 * catalogue does not have any more, or does not open, is tried for an hour, since another replica
 * may know better or have a newer key; then it has failed, and is shown with the reason.
 */
@Singleton
final class DueMessages {
  private static final Logger LOG = LoggerFactory.getLogger(DueMessages.class);

  /** While the tenant itself stands in the way; when that changes, it is due at once. */
  private static final Duration UNTIL_TENANT_CHANGES = Duration.ofMinutes(10);

  /** The tenant may be on its way to this replica. */
  private static final Duration UNTIL_TENANT_KNOWN = Duration.ofSeconds(5);

  /** For so long a message is tried again that is refused for what it is. */
  static final Duration PATIENCE = Duration.ofHours(1);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(15);
  private static final int DOUBLINGS = 5;

  private final TenantDirectory tenants;
  private final Vault vault;
  private final PublishRequests requests;
  private final Publisher publisher;
  private final ScheduleStore store;
  private final InstantSource clock;

  DueMessages(
      TenantDirectory tenants,
      Vault vault,
      PublishRequests requests,
      Publisher publisher,
      ScheduleStore store,
      InstantSource clock) {
    this.tenants = tenants;
    this.vault = vault;
    this.requests = requests;
    this.publisher = publisher;
    this.store = store;
    this.clock = clock;
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
    } catch (RuntimeException e) {
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
    } catch (PayloadCorruptException | InvalidProtocolBufferException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(e);
    }
  }

  private Ending ending(Due due, CompletableFuture<Boolean> outcome) {
    try {
      outcome.get();
      return new Ending.Published(due);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ending.Later(due, FIRST_PAUSE, true);
    } catch (ExecutionException e) {
      Ending ending =
          notPublished(due, Objects.requireNonNullElse(e.getCause(), e), clock.instant());
      if (ending instanceof Ending.Failed failed) {
        LOG.error(
            "scheduled message {} of tenant {} is not published: {}",
            due.id(),
            due.owner().id(),
            failed.why());
      }
      return ending;
    }
  }

  /** What becomes of one that was not published, for this reason. */
  static Ending notPublished(Due due, Throwable why, Instant now) {
    if (why instanceof PayloadCorruptException corrupt) {
      return hopeless(due, "Its content " + corrupt.getMessage() + ".", due.unknown(), now);
    }
    ServiceException refusal = WireErrors.of(why, "scheduled message " + due.id());
    boolean unknown =
        due.unknown()
            || refusal.reason() == ErrorReason.ERROR_REASON_CONFIRM_TIMEOUT
            || refusal.code() == Code.INTERNAL;
    return switch (refusal.code()) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, DEADLINE_EXCEEDED ->
          new Ending.Later(due, pause(due.attempts()), unknown);
      case INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE, INTERNAL ->
          hopeless(due, String.valueOf(refusal.getMessage()), unknown, now);
      default -> new Ending.Later(due, UNTIL_TENANT_CHANGES, unknown);
    };
  }

  /** What will most likely never be published. */
  private static Ending hopeless(Due due, String why, boolean unknown, Instant now) {
    return now.isAfter(due.deliverAt().plus(PATIENCE))
        ? new Ending.Failed(due, why)
        : new Ending.Later(due, UNTIL_TENANT_CHANGES, unknown);
  }

  private static Duration pause(int attempts) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.clamp(attempts - 1, 0, DOUBLINGS));
    return pause.compareTo(LAST_PAUSE) < 0 ? pause : LAST_PAUSE;
  }

  private static Ending later(Due due, Duration pause) {
    return new Ending.Later(due, pause, due.unknown());
  }
}
