package dev.kryonix.messaging.deadletter;

import dev.kryonix.api.messaging.v1.RedriveDeadLettersResponse;
import dev.kryonix.kit.audit.AuditEntry;
import dev.kryonix.kit.audit.Auditor;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.deadletter.Redrive.Order;
import dev.kryonix.messaging.deadletter.RunStore.Named;
import dev.kryonix.messaging.deadletter.RunStore.Progress;
import dev.kryonix.messaging.deadletter.RunStore.Run;
import dev.kryonix.messaging.records.Owner;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a tenant's dead letters, publishes them again, and drops them. */
@Singleton
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  /** How long whoever looks waits for the broker. */
  private static final Duration SOON = Duration.ofSeconds(5);

  private final Drain drain;
  private final Redriving redriving;
  private final Database database;
  private final Auditor auditor;
  private final InstantSource clock;

  /** Whose dead letters somebody has waited for in vain, and are still under way. */
  private final Set<TenantUid> late = ConcurrentHashMap.newKeySet();

  DeadLetters(
      Drain drain, Redriving redriving, Database database, Auditor auditor, InstantSource clock) {
    this.drain = drain;
    this.redriving = redriving;
    this.database = database;
    this.auditor = auditor;
    this.clock = clock;
  }

  /**
   * A call that takes dead letters away.
   *
   * @param caller whose call it is
   * @param tenant the tenant
   * @param filter which are meant
   * @param requestId its request_id, or empty
   * @param content a hash of the request, to tell a repetition from another
   */
  record Taking(
      Principal caller, TenantView tenant, Filter filter, String requestId, byte[] content) {
    Owner owner() {
      return Owner.of(tenant);
    }

    Named named() {
      return new Named(requestId, content);
    }
  }

  /** The newest first. */
  Page<DeadMessage> list(TenantView tenant, Filter filter, Optional<Position> after, int size)
      throws InterruptedException {
    fetchSoon(tenant);
    return redriving.store().list(Owner.of(tenant), filter, after, size);
  }

  /** The largest groups first; one more than asked for, when there are more. */
  List<Group> groups(TenantView tenant, Filter filter, Optional<GroupPlace> after, int size)
      throws InterruptedException {
    fetchSoon(tenant);
    return redriving.store().groups(Owner.of(tenant), filter, after, size);
  }

  /** How many there are. */
  long count(TenantView tenant, Filter filter) throws InterruptedException {
    fetch(tenant);
    return redriving.store().count(Owner.of(tenant), filter);
  }

  /** Drops them for good, and says how many. */
  long drop(Taking taking) throws InterruptedException {
    fetch(taking.tenant());
    Owner owner = taking.owner();
    audit(taking, "DropDeadLetters");
    Run fresh = new Run(clock.instant(), 0, 0, false);
    return database.inTenant(
        owner.id(),
        tx -> {
          if (taking.requestId().isEmpty()) {
            return (long) redriving.store().drop(tx, owner, taking.filter());
          }
          Run run = redriving.runs().open(tx, owner, taking.named(), fresh);
          if (run.done()) {
            return run.taken();
          }
          long dropped = redriving.store().drop(tx, owner, taking.filter());
          redriving.runs().add(tx, owner, taking.requestId(), new Progress(dropped, true));
          return dropped;
        });
  }

  /**
   * Publishes them again and writes how far it is. What dies meanwhile is not meant, nor by a
   * repetition of the call.
   *
   * @param rate messages a second
   * @param most how many at most
   */
  void redrive(Taking taking, int rate, long most, StreamWriter<RedriveDeadLettersResponse> writer)
      throws InterruptedException {
    fetch(taking.tenant());
    audit(taking, "RedriveDeadLetters");
    Owner owner = taking.owner();
    Run fresh = new Run(clock.instant(), redriving.store().count(owner, taking.filter()), 0, false);
    Run run =
        taking.requestId().isEmpty() ? fresh : redriving.runs().open(owner, taking.named(), fresh);
    if (run.done()) {
      writer.write(
          RedriveDeadLettersResponse.newBuilder()
              .setMatched(run.matched())
              .setRedriven(run.taken())
              .setDone(true)
              .build());
      return;
    }
    Filter filter = until(taking.filter(), run.start());
    new Redrive(
            redriving,
            new Order(taking.tenant(), filter, rate, most, taking.requestId(), run),
            writer)
        .run();
  }

  private static Filter until(Filter filter, Instant start) {
    Instant until = filter.until().filter(start::isAfter).orElse(start);
    return new Filter(
        filter.module(),
        filter.operation(),
        filter.fingerprint(),
        filter.ids(),
        filter.from(),
        Optional.of(until));
  }

  /**
   * As {@link #fetch}, for whoever wants to look: what is slow to come from the broker is not
   * waited for, and is seen the next time.
   */
  private void fetchSoon(TenantView tenant) throws InterruptedException {
    if (late.contains(tenant.uid())) {
      return;
    }
    CompletableFuture<Void> fetched = new CompletableFuture<>();
    Thread.ofVirtual().name("dead-letters").start(() -> fetch(tenant, fetched));
    try {
      fetched.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      late.add(tenant.uid());
      fetched.whenComplete((done, error) -> late.remove(tenant.uid()));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ServiceException refusal
          ? refusal
          : new IllegalStateException(e);
    }
  }

  private void fetch(TenantView tenant, CompletableFuture<Void> fetched) {
    try {
      fetch(tenant);
      fetched.complete(null);
    } catch (RuntimeException e) {
      fetched.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fetched.completeExceptionally(e);
    }
  }

  /** Takes what the broker has. While it is away, what is known is all there is to see. */
  private void fetch(TenantView tenant) throws InterruptedException {
    try {
      drain.drain(tenant);
    } catch (ServiceException e) {
      if (e.code() != Code.UNAVAILABLE) {
        throw e;
      }
      LOG.debug("dead letters of tenant {} stay in the broker for now", tenant.id(), e);
    }
  }

  private void audit(Taking taking, String rpc) {
    Filter filter = taking.filter();
    Map<String, String> details = new HashMap<>();
    filter.module().ifPresent(module -> details.put("filter.module", module));
    filter.operation().ifPresent(operation -> details.put("filter.operation", operation));
    filter.fingerprint().ifPresent(print -> details.put("filter.fingerprint", print));
    filter.from().ifPresent(from -> details.put("filter.from_time", from.toString()));
    filter.until().ifPresent(until -> details.put("filter.until_time", until.toString()));
    if (!filter.ids().isEmpty()) {
      details.put("filter.dead_letter_ids", filter.ids().size() + " given");
    }
    auditor.record(
        taking.caller(),
        new AuditEntry(
            "MessagingService." + rpc,
            "tenants/" + taking.tenant().id() + "/deadLetters",
            taking.requestId(),
            details));
  }
}
