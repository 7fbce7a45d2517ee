package dev.kryonix.kit.state;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.kryonix.api.tenant.v1.Drain;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Seeded schedules of changes, failures, losses and drains, with what must hold after every event.
 */
final class StateSimulationTest {
  private static final int SCHEDULES = 5_000;
  private static final int EVENTS = 120;
  private static final int PARALLELISM = 2;

  private final Logger log = (Logger) LoggerFactory.getLogger(StateSession.class);

  @BeforeEach
  void expectLosses() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void listenAgain() {
    log.setLevel(null);
  }

  @Test
  void whateverHappensTenantsStayClosedGenerationsNeverFallAndTheEndIsTheTruth() {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      try {
        new Schedule(new Random(seed)).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** A tenant as tenant-service has it. */
  private record Truth(TenantId id, TenantUid uid, long generation, ServingState serving) {}

  /** What the server knows of one stream. */
  private static final class ServerStream {
    final ScriptedWorld.Stream stream;
    final Map<TenantUid, Long> known = new HashMap<>();
    final Map<String, Truth> inFlight = new HashMap<>();
    final Map<String, TenantUid> removals = new HashMap<>();
    int read;

    ServerStream(ScriptedWorld.Stream stream) {
      this.stream = stream;
    }

    boolean isBusyWith(TenantUid uid) {
      return removals.containsValue(uid)
          || inFlight.values().stream().anyMatch(truth -> truth.uid().equals(uid));
    }
  }

  private static final class Schedule {
    private static final List<TenantId> IDS =
        List.of(new TenantId("acme"), new TenantId("globex"), new TenantId("initech"));

    private final Random random;
    private final ScriptedWorld world = new ScriptedWorld();
    private final TenantDirectory directory =
        new TenantDirectory(InstantSource.fixed(Instant.EPOCH));
    private final StateSession session;
    private final Map<TenantId, Truth> truth = new TreeMap<>();
    private final Map<TenantUid, TenantId> ever = new HashMap<>();
    private final Map<TenantUid, ServingState> delivered = new HashMap<>();
    private final Map<TenantUid, Long> seenGenerations = new HashMap<>();
    private final Map<ScriptedWorld.Stream, ServerStream> streams = new HashMap<>();
    private long lastUid;
    private long nonces;
    private int pausesEnded;

    Schedule(Random random) {
      this.random = random;
      this.session =
          new StateSession(
              new StateSession.Identity("cache", "i1", PARALLELISM), directory, world, random);
    }

    void run() {
      session.begin();
      for (int i = 0; i < EVENTS; i++) {
        happen(random.nextInt(100));
        check();
      }
      heal();
    }

    private void happen(int dice) {
      if (dice < 25) {
        change(IDS.get(random.nextInt(IDS.size())));
      } else if (dice < 60) {
        serve(anyStream());
      } else if (dice < 85) {
        finish(random.nextInt(4) == 0);
      } else if (dice < 90) {
        lose(anyStream());
      } else if (dice < 97) {
        endPause();
      } else {
        anyStream()
            .stream
            .receive(SyncResponse.newBuilder().setDrain(Drain.getDefaultInstance()).build());
      }
    }

    private void change(TenantId id) {
      Truth now = truth.get(id);
      if (now == null) {
        TenantUid uid = Sample.uid(++lastUid);
        ever.put(uid, id);
        truth.put(id, new Truth(id, uid, 1, ServingState.SERVING_STATE_SERVING));
      } else if (random.nextInt(4) == 0) {
        truth.remove(id);
      } else {
        ServingState serving = ServingState.forNumber(1 + random.nextInt(3));
        truth.put(
            id,
            new Truth(
                id,
                now.uid(),
                now.generation() + 1,
                serving == null ? ServingState.SERVING_STATE_SERVING : serving));
      }
    }

    private ServerStream anyStream() {
      int latest = world.streams.size() - 1;
      int index = latest > 0 && random.nextInt(3) == 0 ? latest - 1 : latest;
      return server(world.streams.get(index));
    }

    private ServerStream server(ScriptedWorld.Stream stream) {
      return streams.computeIfAbsent(stream, ServerStream::new);
    }

    /** Reads what the client sent, then sends one thing that differs. */
    private void serve(ServerStream server) {
      read(server);
      List<SyncResponse> due = new ArrayList<>();
      for (TenantUid uid : Set.copyOf(server.known.keySet())) {
        boolean isGone = truth.values().stream().noneMatch(each -> each.uid().equals(uid));
        if (isGone && !server.isBusyWith(uid)) {
          String nonce = "n" + ++nonces;
          TenantId id = Optional.ofNullable(ever.get(uid)).orElseThrow();
          due.add(Sample.removal(nonce, id, uid, 1_000));
        }
      }
      for (Truth each : truth.values()) {
        if (server.known.getOrDefault(each.uid(), 0L) < each.generation()
            && !server.isBusyWith(each.uid())) {
          due.add(
              Sample.update(
                  "n" + ++nonces,
                  Sample.tenant(each.id(), each.uid(), each.generation())
                      .setServing(each.serving())));
        }
      }
      SyncResponse message =
          due.isEmpty() ? Sample.complete(truth.size()) : due.get(random.nextInt(due.size()));
      int heard = world.jobs.size();
      send(server, message);
      assertThat(world.jobs.size() - heard).isBetween(0, PARALLELISM);
    }

    private void send(ServerStream server, SyncResponse message) {
      boolean counts = isHeard(server.stream);
      if (message.hasUpdate()) {
        Work.Apply work = StateProtos.work(message.getUpdate().getTenant());
        server.inFlight.put(
            message.getUpdate().getNonce(),
            new Truth(
                work.id(),
                work.uid(),
                work.generation(),
                message.getUpdate().getTenant().getServing()));
        // Sent is enough to leave something behind: from here on a removal is due, acked or not.
        server.known.putIfAbsent(work.uid(), 0L);
        if (counts) {
          delivered.put(work.uid(), message.getUpdate().getTenant().getServing());
        }
      } else if (message.hasRemoval()) {
        TenantUid uid = TenantUid.fromBytes(message.getRemoval().getTenantUid());
        server.removals.put(message.getRemoval().getNonce(), uid);
        if (counts) {
          delivered.put(uid, ServingState.SERVING_STATE_DELETED);
        }
      }
      server.stream.receive(message);
    }

    /** The client hears its current stream, and a replacement from its first message on. */
    private boolean isHeard(ScriptedWorld.Stream stream) {
      return !stream.closed && !lost.contains(stream);
    }

    private final Set<ScriptedWorld.Stream> lost = new HashSet<>();

    private void read(ServerStream server) {
      while (server.read < server.stream.sent.size()) {
        SyncRequest message = server.stream.sent.get(server.read++);
        switch (message.getMessageCase()) {
          case HELLO -> hello(server, message.getHello());
          case ACK -> {
            Truth applied = server.inFlight.remove(message.getAck().getNonce());
            if (applied != null) {
              server.known.put(applied.uid(), applied.generation());
            }
            TenantUid removed = server.removals.remove(message.getAck().getNonce());
            if (removed != null) {
              server.known.remove(removed);
            }
          }
          case NACK -> {
            server.inFlight.remove(message.getNack().getNonce());
            server.removals.remove(message.getNack().getNonce());
          }
          default -> {}
        }
      }
    }

    private void hello(ServerStream server, Hello hello) {
      for (int i = 0; i < hello.getKnownGenerationsCount(); i++) {
        server.known.put(
            TenantUid.fromBytes(hello.getKnownUids().substring(16 * i, 16 * i + 16)),
            hello.getKnownGenerations(i));
      }
    }

    private void finish(boolean fails) {
      if (!world.jobs.isEmpty()) {
        List<Job> running = new ArrayList<>(world.jobs);
        Job job = running.get(random.nextInt(running.size()));
        world.jobs.remove(job);
        session.finished(job, fails ? new Failure("s", "R", "d") : null);
      }
    }

    private void lose(ServerStream server) {
      if (lost.add(server.stream)) {
        server.stream.listener.lost("simulated");
      }
    }

    private void endPause() {
      if (pausesEnded < world.pauses.size()) {
        pausesEnded = world.pauses.size();
        session.pauseEnded();
      }
    }

    private void check() {
      assertThat(world.jobs.size()).isLessThanOrEqualTo(PARALLELISM);
      assertThat(world.jobs.stream().map(job -> job.work().id()).toList())
          .as("one job per tenant id")
          .doesNotHaveDuplicates();
      for (Job job : world.jobs) {
        if (job.work() instanceof Work.Apply apply) {
          assertThat(directory.find(apply.id()).map(TenantView::uid).orElse(apply.uid()))
              .as("no tenant is made while an earlier one of its id is there")
              .isEqualTo(apply.uid());
        }
      }
      for (TenantView view : directory.all()) {
        if (delivered.get(view.uid()) != ServingState.SERVING_STATE_SERVING) {
          assertThat(view.serving()).as("closed is closed").isNotEqualTo(Serving.SERVING);
        }
        Long before = seenGenerations.put(view.uid(), view.generation());
        assertThat(view.generation())
            .as("generations never fall")
            .isGreaterThanOrEqualTo(before == null ? 0 : before);
      }
    }

    private void heal() {
      for (int i = 0; i < 400; i++) {
        endPause();
        ScriptedWorld.Stream last = world.streams.getLast();
        if (!lost.contains(last)) {
          serve(server(last));
        }
        finish(false);
        check();
      }
      List<String> shown =
          directory.all().stream()
              .sorted(Comparator.comparing(TenantView::id))
              .map(view -> view.uid() + " " + view.generation() + " " + view.serving())
              .toList();
      List<String> wanted =
          truth.values().stream()
              .map(
                  each ->
                      each.uid()
                          + " "
                          + each.generation()
                          + " "
                          + each.serving().name().substring("SERVING_STATE_".length()))
              .toList();
      assertThat(shown).as("the end is the truth").isEqualTo(wanted);
    }
  }
}
