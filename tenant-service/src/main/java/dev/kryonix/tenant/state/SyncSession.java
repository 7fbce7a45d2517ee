package dev.kryonix.tenant.state;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Restriction;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.SyncComplete;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.api.tenant.v1.TenantUpdate;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.tenant.state.Desired.Entry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has been told and has answered: a state machine without threads, clock or network
 * of its own. It is asked for the {@link #next} message whenever the transport takes one, so a slow
 * reader costs a mark per tenant.
 *
 * <p>Per tenant at most one message is in flight. A tenant that changes meanwhile is marked, and
 * sent again when the answer is there; how closed it is by now overtakes that. The protocol is that
 * of Envoy's incremental xDS: an answer is known by its nonce, a refusal by being one; generations
 * belong to tenants and outlive the session.
 */
final class SyncSession {
  private static final int LOADED_AT_ONCE = 100;

  private final String service;
  private final Desired desired;
  private final Backoff backoff;
  private final InstantSource clock;
  private final Map<TenantUid, Slot> slots = new HashMap<>();
  private final Map<String, TenantUid> inFlight = new HashMap<>();

  /** Tenants that have changed while a message of theirs is in flight. */
  private final LinkedHashSet<TenantUid> overtaking = new LinkedHashSet<>();

  private final LinkedHashSet<TenantUid> ready = new LinkedHashSet<>();
  private final TreeSet<Retry> retries =
      new TreeSet<>(Comparator.comparing(Retry::at).thenComparing(retry -> retry.uid().value()));
  private final Set<TenantUid> opening = new HashSet<>();
  private Map<TenantUid, DesiredTenant> loaded = new HashMap<>();
  private boolean completeIsDue;
  private long lastNonce;

  SyncSession(String service, Desired desired, Backoff backoff, InstantSource clock) {
    this.service = service;
    this.desired = desired;
    this.backoff = backoff;
    this.clock = clock;
  }

  /** Where one tenant stands on this stream. */
  private static final class Slot {
    /** The generation that the service has; 0 for none. */
    private long applied;

    private @Nullable Flight flight;
    private boolean dirty;
    private int failures;
    private @Nullable Retry retry;
  }

  /** A message that has not been answered. */
  private record Flight(String nonce, TenantId id, long generation, boolean removal) {}

  private record Retry(Instant at, TenantUid uid) {}

  /** What the opening came to. */
  sealed interface Opening {
    /**
     * What the service has can be compared.
     *
     * @param current the tenants that it has as they must be
     * @param ahead the tenants of which it has a generation that was never given out: the desired
     *     state is older than it was
     */
    record Difference(Map<TenantUid, Long> current, Map<TenantUid, Long> ahead)
        implements Opening {}

    /** The service has a tenant of which nothing is known any more. */
    record Incomparable(TenantUid unknown) implements Opening {}
  }

  /** What an answer came to. */
  sealed interface Answer {
    /** The service has made the generation true. */
    record Applied(TenantUid uid, TenantId id, long generation, boolean removal)
        implements Answer {}

    /** The service could not; the generation is sent again then, or a newer one sooner. */
    record Refused(TenantUid uid, long generation, int failures, Instant nextRetry)
        implements Answer {}

    /** The service works on it. */
    record Working(TenantUid uid, long generation) implements Answer {}

    /** Nothing is in flight under that nonce. */
    record Stale() implements Answer {}
  }

  /** Begins with the generations that the service has. Called once, first. */
  Opening open(Map<TenantUid, Long> known) {
    Map<TenantUid, Long> current = new HashMap<>();
    Map<TenantUid, Long> ahead = new HashMap<>();
    for (Map.Entry<TenantUid, Long> each : known.entrySet()) {
      Optional<Entry> entry = desired.find(each.getKey());
      if (entry.isEmpty()) {
        return new Opening.Incomparable(each.getKey());
      }
      Slot slot = new Slot();
      slot.applied = each.getValue();
      slots.put(each.getKey(), slot);
      if (each.getValue() > entry.get().generation()) {
        ahead.put(each.getKey(), each.getValue());
      }
      if (differs(entry.get(), slot)) {
        enqueue(each.getKey());
      } else {
        current.put(each.getKey(), each.getValue());
      }
    }
    for (Entry entry : desired.all()) {
      if (entry.concerns(service) && !known.containsKey(entry.uid())) {
        slots.put(entry.uid(), new Slot());
        enqueue(entry.uid());
      }
    }
    opening.addAll(ready);
    completeIsDue = true;
    return new Opening.Difference(current, ahead);
  }

  /** The tenant may have changed. */
  void changed(TenantUid uid) {
    loaded.remove(uid);
    Optional<Entry> entry = desired.find(uid);
    if (entry.isEmpty()) {
      return;
    }
    Slot slot = slots.get(uid);
    if (slot == null) {
      if (!entry.get().concerns(service)) {
        return;
      }
      slot = new Slot();
      slots.put(uid, slot);
    }
    if (slot.flight != null) {
      slot.dirty = true;
      overtaking.add(uid);
    } else if (differs(entry.get(), slot)) {
      // A newer generation does not wait for the retry of the one that failed; the count of
      // failures stays.
      cancelRetry(slot);
      enqueue(uid);
    }
  }

  /** The next message to send, marked as in flight; empty when there is none now. */
  Optional<SyncResponse> next() {
    wakeRetries();
    while (!overtaking.isEmpty()) {
      TenantUid uid = overtaking.getFirst();
      Optional<SyncResponse> restriction = restriction(uid);
      overtaking.remove(uid);
      if (restriction.isPresent()) {
        return restriction;
      }
    }
    while (!ready.isEmpty()) {
      TenantUid uid = ready.getFirst();
      // A store that is away throws here, and the tenant stays the next.
      Optional<SyncResponse> message = message(uid);
      ready.remove(uid);
      opening.remove(uid);
      if (message.isPresent()) {
        return message;
      }
    }
    if (completeIsDue && opening.isEmpty()) {
      completeIsDue = false;
      long tenants = desired.all().stream().filter(entry -> !entry.removed()).count();
      return Optional.of(
          SyncResponse.newBuilder()
              .setSyncComplete(SyncComplete.newBuilder().setTenants(tenants))
              .build());
    }
    return Optional.empty();
  }

  /** When {@link #next} has something to send though nothing happens; empty for never. */
  Optional<Instant> nextRetry() {
    return retries.isEmpty() ? Optional.empty() : Optional.of(retries.first().at());
  }

  /** Whether everything that differed at the opening has been sent. */
  boolean isOpened() {
    return !completeIsDue;
  }

  Answer ack(String nonce) {
    TenantUid uid = inFlight.remove(nonce);
    Slot slot = uid == null ? null : slots.get(uid);
    if (uid == null || slot == null || slot.flight == null) {
      return new Answer.Stale();
    }
    Flight flight = slot.flight;
    slot.flight = null;
    slot.failures = 0;
    slot.applied = flight.generation();
    if (flight.removal()) {
      slots.remove(uid);
    } else {
      sendAgainIfDirty(uid, slot);
    }
    return new Answer.Applied(uid, flight.id(), flight.generation(), flight.removal());
  }

  Answer nack(String nonce) {
    TenantUid uid = inFlight.remove(nonce);
    Slot slot = uid == null ? null : slots.get(uid);
    if (uid == null || slot == null || slot.flight == null) {
      return new Answer.Stale();
    }
    Flight flight = slot.flight;
    slot.flight = null;
    slot.failures++;
    Instant retryAt = clock.instant().plus(backoff.after(slot.failures));
    if (slot.dirty && isNewer(uid, flight)) {
      sendAgainIfDirty(uid, slot);
    } else {
      slot.dirty = false;
      slot.retry = new Retry(retryAt, uid);
      retries.add(slot.retry);
    }
    return new Answer.Refused(uid, flight.generation(), slot.failures, retryAt);
  }

  Answer progress(String nonce) {
    TenantUid uid = inFlight.get(nonce);
    Slot slot = uid == null ? null : slots.get(uid);
    if (uid == null || slot == null || slot.flight == null) {
      return new Answer.Stale();
    }
    return new Answer.Working(uid, slot.flight.generation());
  }

  private Optional<SyncResponse> message(TenantUid uid) {
    Slot slot = slots.get(uid);
    Optional<Entry> entry = desired.find(uid);
    if (slot == null || slot.flight != null || entry.isEmpty()) {
      return Optional.empty();
    }
    if (entry.get().removed()) {
      Flight flight = fly(slot, entry.get(), entry.get().generation());
      return Optional.of(removal(uid, flight));
    }
    Optional<DesiredTenant> tenant = load(uid);
    if (tenant.isEmpty()) {
      // Gone meanwhile; the change that says so is on its way.
      return Optional.empty();
    }
    Flight flight = fly(slot, entry.get(), tenant.get().getGeneration());
    return Optional.of(
        SyncResponse.newBuilder()
            .setUpdate(TenantUpdate.newBuilder().setNonce(flight.nonce()).setTenant(tenant.get()))
            .build());
  }

  /** The tenant in full, read together with those that come next. */
  private Optional<DesiredTenant> load(TenantUid uid) {
    if (!loaded.containsKey(uid)) {
      loaded = new HashMap<>(desired.load(ready.stream().limit(LOADED_AT_ONCE).toList()));
    }
    return Optional.ofNullable(loaded.remove(uid));
  }

  private Flight fly(Slot slot, Entry entry, long generation) {
    Flight flight = new Flight(Long.toString(++lastNonce), entry.id(), generation, entry.removed());
    slot.flight = flight;
    slot.dirty = false;
    inFlight.put(flight.nonce(), entry.uid());
    return flight;
  }

  /** What must be refused while an earlier message of the tenant is in flight. */
  private Optional<SyncResponse> restriction(TenantUid uid) {
    Slot slot = slots.get(uid);
    Optional<Entry> entry = desired.find(uid);
    if (slot == null || slot.flight == null || slot.flight.removal() || entry.isEmpty()) {
      return Optional.empty();
    }
    Restriction.Builder restriction =
        Restriction.newBuilder()
            .setTenantUid(uid.toBytes())
            .setTenant(entry.get().id().value())
            .setGeneration(entry.get().generation())
            .setServing(ServingState.SERVING_STATE_DELETED);
    if (!entry.get().removed()) {
      DesiredTenant tenant = desired.load(List.of(uid)).get(uid);
      if (tenant == null) {
        return Optional.empty();
      }
      restriction
          .setGeneration(tenant.getGeneration())
          .setServing(tenant.getServing())
          .addAllRevoked(tenant.getRevokedList());
    }
    return Optional.of(SyncResponse.newBuilder().setRestriction(restriction).build());
  }

  private static SyncResponse removal(TenantUid uid, Flight flight) {
    ByteString bytes = uid.toBytes();
    return SyncResponse.newBuilder()
        .setRemoval(
            TenantRemoval.newBuilder()
                .setNonce(flight.nonce())
                .setTenantUid(bytes)
                .setTenant(flight.id().value())
                .setGeneration(flight.generation()))
        .build();
  }

  private void sendAgainIfDirty(TenantUid uid, Slot slot) {
    boolean dirty = slot.dirty;
    slot.dirty = false;
    if (dirty && desired.find(uid).filter(entry -> differs(entry, slot)).isPresent()) {
      enqueue(uid);
    }
  }

  private boolean isNewer(TenantUid uid, Flight flight) {
    return desired
        .find(uid)
        .filter(
            entry ->
                entry.generation() != flight.generation() || entry.removed() != flight.removal())
        .isPresent();
  }

  private static boolean differs(Entry entry, Slot slot) {
    return entry.removed() || entry.generation() != slot.applied;
  }

  private void enqueue(TenantUid uid) {
    ready.add(uid);
  }

  private void wakeRetries() {
    Instant now = clock.instant();
    while (!retries.isEmpty() && !retries.first().at().isAfter(now)) {
      Retry due = retries.removeFirst();
      Slot slot = slots.get(due.uid());
      if (slot != null) {
        slot.retry = null;
        enqueue(due.uid());
      }
    }
  }

  private void cancelRetry(Slot slot) {
    if (slot.retry != null) {
      retries.remove(slot.retry);
      slot.retry = null;
    }
  }
}
