package dev.kryonix.tenant.state;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.SimulatedInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Both ends of the state stream: two replicas of tenant-service, two instances of each of two
 * services, with changes, purges, failing engines, killed processes, lost disks, cut and slow
 * connections, drains, a hanging change feed and a database that is restored to an earlier state,
 * in seeded schedules.
 */
final class StateProtocolSimulationTest {
  private static final int SCHEDULES = 10_000;

  private final Logger log = (Logger) LoggerFactory.getLogger("dev.kryonix.kit.state");

  @BeforeEach
  void expectTrouble() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void listenAgain() {
    log.setLevel(null);
  }

  @Test
  void theEndIsTheTruthNobodyIsServedWhoIsClosedAndNothingIsLeftOfThePurged() {
    LongStream.rangeClosed(1, SCHEDULES)
        .parallel()
        .forEach(
            seed -> {
              try {
                new Schedule(seed).run();
              } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
              }
            });
  }

  private static final class Schedule {
    private static final List<TenantId> IDS =
        List.of(new TenantId("acme"), new TenantId("globex"), new TenantId("initech"));
    private static final List<String> SERVICES = List.of("cache", "messaging");
    private static final Duration CHAOS = Duration.ofMinutes(2);
    private static final Duration PEACE = Duration.ofMinutes(3);
    private static final int DEEDS = 50;

    /** A lease, how old it may be when it is given, and its way. */
    private static final Duration CLOSED_EVERYWHERE_WITHIN = Duration.ofSeconds(66);

    private final Random random;
    private final boolean isRestored;
    private final Timeline time = new Timeline();
    private final SimulatedTruth truth = new SimulatedTruth();
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final List<Machine> machines = new ArrayList<>();
    private final Map<String, Map<TenantUid, Long>> engines = new HashMap<>();
    private final Map<String, Instant> engineBackAt = new HashMap<>();
    private Map<TenantUid, SimulatedTruth.Row> snapshot = Map.of();
    private boolean isPeaceful;

    Schedule(long seed) {
      this.random = new Random(seed);
      this.isRestored = seed % 10 == 0;
      for (int i = 0; i < 2; i++) {
        replicas.add(new SimulatedReplica(time, random, truth, this::committed));
      }
      for (String service : SERVICES) {
        engines.put(service, new HashMap<>());
        machines.add(new Machine(service, "1"));
        machines.add(new Machine(service, "2"));
      }
    }

    void run() {
      replicas.forEach(SimulatedReplica::start);
      machines.forEach(Machine::start);
      for (int i = 0; i < DEEDS; i++) {
        time.after(Duration.ofMillis(random.nextLong(CHAOS.toMillis())), this::happen);
      }
      if (isRestored) {
        time.after(CHAOS.dividedBy(3), () -> snapshot = truth.snapshot());
        time.after(CHAOS.dividedBy(3).multipliedBy(2), this::restore);
      }
      time.run(CHAOS, this::check);
      isPeaceful = true;
      replicas.stream().filter(replica -> !replica.isAlive()).forEach(SimulatedReplica::start);
      machines.forEach(Machine::startUnlessAlive);
      time.run(PEACE, this::check);
      checkEnd();
    }

    private void happen() {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4, 5, 6, 7 -> change(any(IDS));
        case 8, 9 -> purge(any(IDS));
        case 10 -> any(replicas).stall(Duration.ofMillis(random.nextInt(20_000)));
        case 11 -> killReplica(any(replicas));
        case 12 -> any(replicas).drain();
        case 13 -> any(machines).kill(Duration.ofMillis(random.nextInt(20_000)));
        case 14, 15, 16 -> cut(any(replicas));
        case 17 ->
            engineBackAt.put(any(SERVICES), time.instant().plusMillis(random.nextInt(30_000)));
        case 18 -> tamper(any(SERVICES));
        default -> any(machines).replace();
      }
    }

    private void change(TenantId id) {
      Optional<SimulatedTruth.Row> holder = truth.holder(id);
      if (holder.isEmpty()) {
        committed(truth.create(id));
      } else {
        truth.change(holder.get(), random.nextInt(3) > 0, time.instant());
        committed(holder.get().uid());
      }
    }

    private void purge(TenantId id) {
      truth
          .holder(id)
          .ifPresent(
              row -> {
                truth.purge(row, Set.copyOf(SERVICES), time.instant());
                committed(row.uid());
                // The next tenant of that id may come at once.
                if (random.nextBoolean()) {
                  change(id);
                }
              });
    }

    /** A commit is noticed by each replica, or at the latest when it polls. */
    private void committed(TenantUid uid) {
      for (SimulatedReplica replica : replicas) {
        if (random.nextInt(10) > 0) {
          time.after(Duration.ofMillis(random.nextInt(50)), replica::noticed);
        }
      }
    }

    private void killReplica(SimulatedReplica replica) {
      if (replica.isAlive()) {
        replica.kill();
        time.after(
            Duration.ofMillis(random.nextInt(90_000)),
            () -> {
              if (!replica.isAlive()) {
                replica.start();
              }
            });
      }
    }

    private void cut(SimulatedReplica replica) {
      List<SimulatedWire> wires = replica.wires();
      if (!wires.isEmpty()) {
        any(wires).cut();
      }
    }

    /** Somebody deletes or changes something in an engine by hand. */
    private void tamper(String service) {
      Map<TenantUid, Long> engine = engine(service);
      if (!engine.isEmpty()) {
        TenantUid uid = any(List.copyOf(engine.keySet()));
        if (random.nextBoolean()) {
          engine.remove(uid);
        } else {
          engine.put(uid, -1L);
        }
      }
    }

    private void restore() {
      replicas.forEach(SimulatedReplica::kill);
      truth.restore(snapshot);
      replicas.forEach(SimulatedReplica::start);
    }

    private void check() {
      if (isRestored) {
        return;
      }
      Instant bound = time.instant().minus(CLOSED_EVERYWHERE_WITHIN);
      for (SimulatedTruth.Row row : truth.rows()) {
        if (!row.serving() && row.closedAt().isBefore(bound)) {
          for (Machine machine : machines) {
            // Asked after every event: the words are made for a failure only.
            if (machine.serves(row)) {
              throw new AssertionError(
                  "%s serves %s, closed at %s".formatted(machine, row.uid(), row.closedAt()));
            }
          }
        }
      }
    }

    private void checkEnd() {
      List<String> wanted =
          truth.rows().stream()
              .filter(row -> !row.removed())
              .map(
                  row ->
                      row.uid()
                          + " "
                          + row.generation()
                          + " "
                          + (row.serving() ? "SERVING" : "SUSPENDED"))
              .sorted()
              .toList();
      for (Machine machine : machines) {
        if (isRestored) {
          // Tenants that the restored database never knew stay, for people to decide.
          assertThat(machine.shown()).as("%s shows", machine).containsAll(wanted);
        } else {
          assertThat(machine.shown()).as("%s shows", machine).isEqualTo(wanted);
        }
      }
      for (String service : SERVICES) {
        Map<TenantUid, Long> expected = new HashMap<>();
        truth.rows().stream()
            .filter(row -> !row.removed())
            .forEach(row -> expected.put(row.uid(), row.generation()));
        if (isRestored) {
          assertThat(engine(service))
              .as("in the engine of %s", service)
              .containsAllEntriesOf(expected);
        } else {
          assertThat(engine(service)).as("in the engine of %s", service).isEqualTo(expected);
        }
      }
      assertThat(truth.rows())
          .filteredOn(SimulatedTruth.Row::removed)
          .as("every erasure has finished")
          .allSatisfy(row -> assertThat(row.awaited()).isEmpty());
    }

    private Map<TenantUid, Long> engine(String service) {
      return Optional.ofNullable(engines.get(service)).orElseThrow();
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    /** Where an instance of a service runs, and is started again. */
    private final class Machine implements SimulatedInstance.World {
      private final String service;
      private final String name;
      private final SimulatedInstance.Disk disk = new SimulatedInstance.Disk();
      private Optional<SimulatedInstance> instance = Optional.empty();

      Machine(String service, String name) {
        this.service = service;
        this.name = name;
      }

      void start() {
        instance = Optional.of(new SimulatedInstance(service, name, this, disk, random));
        patrol(instance.get());
      }

      void startUnlessAlive() {
        if (instance.isEmpty()) {
          start();
        }
      }

      void kill(Duration away) {
        instance.ifPresent(SimulatedInstance::kill);
        instance = Optional.empty();
        time.after(away, this::startUnlessAlive);
      }

      /**
       * The process moves to another machine, without its disk. Should that happen just after it
       * brought back what another instance had erased, nobody would know; people are told of such
       * orphans, so the simulation leaves it out.
       */
      void replace() {
        boolean hasOrphan =
            engine(service).keySet().stream()
                .anyMatch(uid -> truth.find(uid).filter(SimulatedTruth.Row::removed).isPresent());
        if (!hasOrphan && instance.filter(SimulatedInstance::isApplying).isEmpty()) {
          kill(Duration.ofMillis(random.nextInt(5_000)));
          disk.lose();
        }
      }

      boolean serves(SimulatedTruth.Row row) {
        return instance.filter(process -> process.serves(row.id(), row.uid())).isPresent();
      }

      List<String> shown() {
        return instance.orElseThrow().shown().stream().sorted(Comparator.naturalOrder()).toList();
      }

      private void patrol(SimulatedInstance process) {
        process.patrol();
        time.after(
            Duration.ofMillis(22_500 + random.nextInt(15_000)),
            () -> {
              if (instance.filter(current -> current == process).isPresent()) {
                patrol(process);
              }
            });
      }

      @Override
      public Instant instant() {
        return time.instant();
      }

      @Override
      public void after(Duration delay, Runnable event) {
        time.after(delay, event);
      }

      @Override
      public SimulatedInstance.Wire connect(SimulatedInstance.Receiver receiver) {
        SimulatedWire wire = new SimulatedWire(time, random, receiver);
        List<SimulatedReplica> alive = replicas.stream().filter(SimulatedReplica::isAlive).toList();
        if (alive.isEmpty()) {
          wire.cut();
        } else {
          any(alive).accept(service, wire);
        }
        return wire;
      }

      @Override
      public void make(TenantUid uid, long generation) {
        engine(service).put(uid, generation);
      }

      @Override
      public void erase(TenantUid uid) {
        engine(service).remove(uid);
      }

      @Override
      public long made(TenantUid uid) {
        return engine(service).getOrDefault(uid, 0L);
      }

      @Override
      public boolean refuses() {
        boolean isAway =
            Optional.ofNullable(engineBackAt.get(service))
                .filter(back -> back.isAfter(time.instant()))
                .isPresent();
        return !isPeaceful && (isAway || random.nextInt(10) == 0);
      }

      @Override
      public String toString() {
        return service + "-" + name;
      }
    }
  }
}
