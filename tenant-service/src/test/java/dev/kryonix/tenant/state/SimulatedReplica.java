package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.tenant.state.SyncSession.Answer;
import dev.kryonix.tenant.state.SyncSession.Opening;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** One replica of tenant-service in a simulation: the real sessions over a copy of the truth. */
final class SimulatedReplica implements Desired {
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Timeline time;
  private final Random random;
  private final SimulatedTruth truth;
  private final Consumer<TenantUid> committed;
  private final Map<TenantUid, Entry> entries = new HashMap<>();
  private final Map<TenantUid, Entry> told = new HashMap<>();
  private final List<Stream> streams = new ArrayList<>();
  private Instant stalledUntil = Instant.MIN;
  private Instant upToDateAt = Instant.MIN;
  private boolean alive;
  private int life;

  SimulatedReplica(
      Timeline time, Random random, SimulatedTruth truth, Consumer<TenantUid> committed) {
    this.time = time;
    this.random = random;
    this.truth = truth;
    this.committed = committed;
  }

  void start() {
    alive = true;
    entries.clear();
    told.clear();
    refresh();
    poll(++life);
  }

  void kill() {
    alive = false;
    List.copyOf(streams).forEach(stream -> stream.wire.cut());
    streams.clear();
  }

  boolean isAlive() {
    return alive;
  }

  /** The change feed hangs, and with it everything that changes. */
  void stall(Duration duration) {
    stalledUntil = time.instant().plus(duration);
  }

  void drain() {
    List.copyOf(streams)
        .forEach(
            stream -> {
              stream.outgoing.drain();
              stream.pump();
            });
  }

  List<SimulatedWire> wires() {
    return streams.stream().map(stream -> stream.wire).toList();
  }

  /** The feed's clock: what was committed before is told of by now. */
  private void poll(int lifeThen) {
    if (!alive || life != lifeThen) {
      return;
    }
    if (!time.instant().isBefore(stalledUntil)) {
      refresh();
      upToDateAt = time.instant();
    }
    time.after(Duration.ofMillis(500), () -> poll(lifeThen));
  }

  /** A notice of a commit has come. */
  void noticed() {
    if (alive && !time.instant().isBefore(stalledUntil)) {
      refresh();
    }
  }

  private void refresh() {
    Set<TenantUid> changed = new HashSet<>();
    for (SimulatedTruth.Row row : truth.rows()) {
      Entry entry = SimulatedTruth.entry(row);
      entries.put(row.uid(), entry);
      if (!entry.equals(told.put(row.uid(), entry))) {
        changed.add(row.uid());
      }
    }
    if (!changed.isEmpty()) {
      for (Stream stream : List.copyOf(streams)) {
        if (stream.opened) {
          changed.forEach(stream.session::changed);
          stream.pump();
        }
      }
    }
  }

  /** An instance has opened a stream. */
  void accept(String service, SimulatedWire wire) {
    Stream stream = new Stream(service, wire);
    streams.add(stream);
    wire.server(stream::receive, () -> streams.remove(stream), stream::pump);
  }

  @Override
  public Collection<Entry> all() {
    return entries.values();
  }

  @Override
  public Optional<Entry> find(TenantUid uid) {
    return Optional.ofNullable(entries.get(uid));
  }

  @Override
  public Map<TenantUid, DesiredTenant> load(Collection<TenantUid> uids) {
    return truth.load(uids);
  }

  /** As SyncStream, without its threads. */
  private final class Stream {
    private final String service;
    private final SimulatedWire wire;
    private final SyncSession session;
    private final Outgoing outgoing;
    private final Map<TenantUid, Long> known = new HashMap<>();
    private final Set<TenantUid> busy = new HashSet<>();
    private final Map<String, TenantUid> nonces = new HashMap<>();
    private boolean opened;
    private Instant wakesAt = Instant.MAX;

    Stream(String service, SimulatedWire wire) {
      this.service = service;
      this.wire = wire;
      this.session =
          new SyncSession(
              service,
              SimulatedReplica.this,
              new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15), random),
              time);
      this.outgoing = new Outgoing(session, now -> upToDateAt.plus(FRESH).isAfter(now), time);
    }

    void pump() {
      if (!opened || !streams.contains(this)) {
        return;
      }
      while (wire.takesMore()) {
        if (outgoing.isOver()) {
          streams.remove(this);
          wire.cut();
          return;
        }
        Optional<SyncResponse> next = outgoing.next();
        if (next.isEmpty()) {
          wake(outgoing.wakeAt());
          return;
        }
        note(next.get());
        wire.toClient(next.get());
      }
    }

    private void wake(Instant at) {
      if (at.isBefore(wakesAt) || !wakesAt.isAfter(time.instant())) {
        wakesAt = at;
        time.at(
            at,
            () -> {
              if (wakesAt.equals(at)) {
                pump();
              }
            });
      }
    }

    /** At most one message of a tenant is unanswered. */
    private void note(SyncResponse message) {
      String nonce = "";
      TenantUid uid = null;
      if (message.hasUpdate()) {
        nonce = message.getUpdate().getNonce();
        uid = TenantUid.fromBytes(message.getUpdate().getTenant().getUid());
      } else if (message.hasRemoval()) {
        nonce = message.getRemoval().getNonce();
        uid = TenantUid.fromBytes(message.getRemoval().getTenantUid());
      }
      if (uid != null) {
        if (!busy.add(uid)) {
          throw new AssertionError("two messages of " + uid + " in flight");
        }
        nonces.put(nonce, uid);
      }
    }

    private void answered(String nonce) {
      TenantUid uid = nonces.remove(nonce);
      if (uid != null) {
        busy.remove(uid);
      }
    }

    void receive(SyncRequest message) {
      switch (message.getMessageCase()) {
        case HELLO -> hello(message.getHello());
        case ACK -> {
          answered(message.getAck().getNonce());
          if (session.ack(message.getAck().getNonce()) instanceof Answer.Applied applied
              && applied.removal()) {
            truth.erased(applied.uid(), service);
            committed.accept(applied.uid());
          }
        }
        case NACK -> {
          answered(message.getNack().getNonce());
          if (session.nack(message.getNack().getNonce()) instanceof Answer.Refused refused
              && truth.jumpAhead(Map.of(refused.uid(), message.getNack().getLeastGeneration()))) {
            committed.accept(refused.uid());
          }
        }
        default -> {}
      }
      pump();
    }

    private void hello(Hello hello) {
      for (int i = 0; i < hello.getKnownGenerationsCount(); i++) {
        known.put(
            TenantUid.fromBytes(hello.getKnownUids().substring(16 * i, 16 * i + 16)),
            hello.getKnownGenerations(i));
      }
      if (!hello.getComplete()) {
        return;
      }
      for (TenantUid uid : known.keySet()) {
        truth.find(uid).ifPresent(row -> entries.putIfAbsent(uid, SimulatedTruth.entry(row)));
      }
      switch (session.open(known)) {
        case Opening.Difference(Map<TenantUid, Long> current, Map<TenantUid, Long> ahead) -> {
          opened = true;
          if (truth.jumpAhead(ahead)) {
            current.keySet().forEach(committed);
          }
        }
        case Opening.Incomparable(TenantUid unknown) -> {
          wire.toClient(
              SyncResponse.newBuilder()
                  .setResync(
                      dev.kryonix.api.tenant.v1.Resync.newBuilder().setReason("unknown " + unknown))
                  .build());
          streams.remove(this);
          wire.finish();
        }
      }
    }
  }
}
