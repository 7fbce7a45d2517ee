package dev.kryonix.messaging.schedule;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.dedup.RequestStore;
import dev.kryonix.messaging.dedup.Take;
import dev.kryonix.messaging.dedup.Taken;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.payload.Vault;
import dev.kryonix.messaging.publish.Deferral;
import dev.kryonix.messaging.publish.PublishConfig;
import dev.kryonix.messaging.publish.PublishEndpoint;
import dev.kryonix.messaging.publish.PublishErrors;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleStore.Entry;
import dev.kryonix.messaging.schedule.ScheduleStore.Filter;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A tenant's messages that wait for their time: keeping, showing and taking them back. */
@Singleton
final class Schedules implements Deferral {
  /** Where a sealed message lies, for the sake of its seal. */
  static final String PLACE = "scheduled";

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final ScheduleStore store;
  private final RequestStore requests;
  private final Scheduler scheduler;
  private final ScheduleConfig config;
  private final PublishConfig publishing;
  private final Vault vault;
  private final InstantSource clock;

  Schedules(
      ScheduleStore store,
      RequestStore requests,
      Scheduler scheduler,
      ScheduleConfig config,
      PublishConfig publishing,
      Vault vault,
      InstantSource clock) {
    this.store = store;
    this.requests = requests;
    this.scheduler = scheduler;
    this.config = config;
    this.publishing = publishing;
    this.vault = vault;
    this.clock = clock;
  }

  @Override
  public Kept keep(TenantView tenant, Order order) throws InterruptedException {
    if (order.deliverAt().isAfter(clock.instant().plus(config.furthest()))) {
      throw ScheduleErrors.tooFar(config.furthest());
    }
    long end = System.nanoTime() + publishing.confirmTimeout().toNanos();
    while (true) {
      Optional<Kept> kept = store.inTenant(Owner.of(tenant), tx -> tryToKeep(tx, tenant, order));
      if (kept.isPresent()) {
        scheduler.wake();
        return kept.get();
      }
      if (System.nanoTime() > end) {
        throw PublishErrors.stillRunning();
      }
      Thread.sleep(LOOK_AGAIN);
    }
  }

  /** The message and what is known of its request are one transaction. Empty to ask again. */
  private Optional<Kept> tryToKeep(Tx tx, TenantView tenant, Order order) throws SQLException {
    if (order.request().isEmpty()) {
      return Optional.of(put(tx, tenant, order, order.message().id()));
    }
    Owner owner = Owner.of(tenant);
    Order.Request request = order.request().get();
    Take take = new Take(request.id(), request.digest(), order.message().id());
    Taken taken = Objects.requireNonNull(requests.take(tx, owner, List.of(take)).get(request.id()));
    return switch (taken) {
      case Taken.Running running -> Optional.empty();
      case Taken.Answered answered -> Optional.of(new Kept.Before(answered.answer()));
      case Taken.Reused reused -> throw CommonErrors.requestIdReused(request.id());
      case Taken.Mine mine -> {
        Kept.Now kept = put(tx, tenant, order, mine.messageId());
        requests.end(
            tx,
            owner,
            new RequestStore.Ending.Published(
                new Take(request.id(), request.digest(), mine.messageId()),
                PublishEndpoint.scheduled(order.message(), kept.messageId(), kept.scheduleId())
                    .toByteString()));
        yield Optional.of(kept);
      }
    };
  }

  private Kept.Now put(Tx tx, TenantView tenant, Order order, String messageId)
      throws SQLException {
    NewMessage message = order.message();
    // The database counts microseconds.
    Instant due = order.deliverAt().truncatedTo(ChronoUnit.MICROS);
    Scheduled about =
        new Scheduled(
            order.scheduleId().orElse(messageId),
            messageId,
            message.queue().module(),
            message.queue().operation(),
            message.content().attributes(),
            message.content().payload().length,
            due,
            message.time(),
            "");
    byte[] sealed = vault.seal(tenant, PLACE, messageId, order.content().toByteArray());
    store.put(
        tx, Owner.of(tenant), new Entry(about, sealed, message.trace()), config.maxPerTenant());
    if (Duration.between(clock.instant(), due).compareTo(config.look()) < 0) {
      store.tell(tx, due);
    }
    return new Kept.Now(messageId, about.id());
  }

  /** A page of what waits, soonest first. */
  Page<Scheduled> list(TenantView tenant, Filter filter, Optional<Position> after, int size) {
    return store.list(Owner.of(tenant), filter, after, size);
  }

  /** Takes a message back. */
  Scheduled cancel(TenantView tenant, String id) {
    return store.cancel(Owner.of(tenant), id);
  }
}
