package dev.kryonix.bench.cache;

import dev.kryonix.bench.cache.Contest.Entrant;
import dev.kryonix.bench.cache.Contest.Turn;
import dev.kryonix.bench.load.ClosedLoop;
import dev.kryonix.bench.load.H2load;
import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.load.Shot;
import dev.kryonix.bench.load.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that is compared, and who takes part. */
final class Contests {
  static final String KRYONIX = "Kryonix";
  static final String SEALED = "Kryonix, encrypted";
  static final String GATEWAY = "through the gateway";
  static final String LETTUCE = "lettuce";
  static final String REDIS_BENCHMARK = "redis-benchmark";
  static final List<Integer> CALLERS = List.of(1, 8, 64);

  /** How many callers the goals on single calls are about. */
  static final int GOAL_CALLERS = 8;

  static final int BATCH = 100;

  /** Who reads and writes in batches and pipelines: one connection of each, few callers. */
  static final int BATCH_CALLERS = 8;

  private static final int PIPELINED_COMMANDS = 200_000;
  private static final int COMMANDS = 30_000;

  private final Surroundings surroundings;
  private final Peers peers;
  private final RedisBenchmark redisBenchmark;
  private final H2load h2load;

  /**
   * The peers.
   *
   * @param lettuce Redis itself
   * @param plain our cache, of a tenant whose values are not encrypted
   * @param sealed our cache, of a tenant whose values are
   * @param gateway the tenant of {@code plain}, through the gateway
   * @param token of that tenant
   */
  record Peers(Peer lettuce, Peer plain, Peer sealed, Peer gateway, Supplier<String> token) {}

  Contests(Surroundings surroundings, Peers peers) {
    this.surroundings = surroundings;
    this.peers = peers;
    this.redisBenchmark = new RedisBenchmark(surroundings);
    this.h2load = new H2load(surroundings.h2load(), surroundings.folder());
  }

  static String unary(Peer.Operation operation, int size, int callers) {
    return "%s %s, %d caller%s"
        .formatted(name(operation), Values.name(size), callers, callers == 1 ? "" : "s");
  }

  static String batch(int size) {
    return "BatchGet of %d × %s".formatted(BATCH, Values.name(size));
  }

  static String pipeline(Peer.Operation operation, int size) {
    return "Pipeline %s %s".formatted(name(operation), Values.name(size));
  }

  static String rest(int callers) {
    return "REST Get %s, %d caller%s"
        .formatted(Values.name(Values.MEDIUM), callers, callers == 1 ? "" : "s");
  }

  /** Those that carry goals. */
  List<Contest> goals() {
    return Stream.of(Part.GET, Part.BATCH, Part.PIPELINE)
        .flatMap(part -> of(part).stream())
        .toList();
  }

  /** Those that are measured beside them. */
  List<Contest> others() {
    Set<String> goals = goals().stream().map(Contest::name).collect(Collectors.toSet());
    return all().stream().filter(each -> !goals.contains(each.name())).toList();
  }

  /** Those of a part that consists of contests. */
  List<Contest> of(Part part) {
    return switch (part) {
      case GET -> List.of(contestOf(Peer.Operation.GET, Values.MEDIUM, GOAL_CALLERS));
      case BATCH -> List.of(batchOf(Values.MEDIUM));
      case PIPELINE ->
          Stream.of(Peer.Operation.values()).map(each -> pipelineOf(each, Values.MEDIUM)).toList();
      default -> others();
    };
  }

  private List<Contest> all() {
    List<Contest> all = new ArrayList<>();
    for (Peer.Operation operation : Peer.Operation.values()) {
      for (int size : Values.SIZES) {
        for (int callers : CALLERS) {
          all.add(contestOf(operation, size, callers));
        }
      }
    }
    for (int size : Values.SIZES) {
      all.add(batchOf(size));
    }
    for (Peer.Operation operation : Peer.Operation.values()) {
      for (int size : Values.SIZES) {
        all.add(pipelineOf(operation, size));
      }
    }
    for (int callers : CALLERS) {
      all.add(new Contest(rest(callers), List.of(new Entrant(GATEWAY, restOf(callers)))));
    }
    return all;
  }

  private Contest contestOf(Peer.Operation operation, int size, int callers) {
    List<Entrant> entrants = new ArrayList<>();
    entrants.add(new Entrant(LETTUCE, unary(peers.lettuce(), operation, size, callers)));
    entrants.add(new Entrant(KRYONIX, unary(peers.plain(), operation, size, callers)));
    if (size == Values.MEDIUM) {
      entrants.add(new Entrant(GATEWAY, unary(peers.gateway(), operation, size, callers)));
      RedisBenchmark.Load load = new RedisBenchmark.Load(COMMANDS, callers, 1);
      entrants.add(
          new Entrant(
              REDIS_BENCHMARK, time -> Costs.Taken.of(redisBenchmark.run(operation, size, load))));
    }
    return new Contest(unary(operation, size, callers), entrants);
  }

  private Contest batchOf(int size) {
    return new Contest(
        batch(size),
        List.of(
            new Entrant(LETTUCE, batch(peers.lettuce(), size)),
            new Entrant(KRYONIX, batch(peers.plain(), size)),
            new Entrant(SEALED, batch(peers.sealed(), size))));
  }

  private Contest pipelineOf(Peer.Operation operation, int size) {
    RedisBenchmark.Load load =
        new RedisBenchmark.Load(
            size == Values.LARGE ? PIPELINED_COMMANDS / 10 : PIPELINED_COMMANDS,
            1,
            Peer.WINDOW / 16);
    return new Contest(
        pipeline(operation, size),
        List.of(
            new Entrant(LETTUCE, pipelineOf(peers.lettuce(), operation, size)),
            new Entrant(KRYONIX, pipelineOf(peers.plain(), operation, size)),
            new Entrant(SEALED, pipelineOf(peers.sealed(), operation, size)),
            new Entrant(
                REDIS_BENCHMARK,
                time -> Costs.Taken.of(redisBenchmark.run(operation, size, load)))));
  }

  private Turn unary(Peer peer, Peer.Operation operation, int size, int callers) {
    byte[] value = Values.of(size);
    return time -> {
      Costs costs = Costs.since(surroundings);
      return costs.of(
          Callers.run(
              callers,
              time,
              () -> {
                String key = Values.anyKey(size);
                switch (operation) {
                  case GET -> requireFound(peer.get(key) != null);
                  case SET -> peer.set(key, value);
                }
              }),
          1);
    };
  }

  private Turn batch(Peer peer, int size) {
    return time -> {
      Costs costs = Costs.since(surroundings);
      return costs.of(
          Callers.run(
              BATCH_CALLERS,
              time,
              () -> requireFound(peer.getAll(Values.anyKeys(size, BATCH)) == BATCH)),
          BATCH);
    };
  }

  private Turn pipelineOf(Peer peer, Peer.Operation operation, int size) {
    return time -> {
      Costs costs = Costs.since(surroundings);
      return costs.of(peer.pipeline(operation, size, time));
    };
  }

  private Turn restOf(int callers) {
    String url =
        "http://127.0.0.1:%d/v1/cache/crm/temp/%s"
            .formatted(surroundings.rest().port(), Values.key(Values.MEDIUM, 1));
    Workload workload =
        new Workload(
            rest(callers),
            "requests",
            1,
            callers,
            1,
            List.of(surroundings.rest()),
            any -> shot(url));
    return time -> {
      ClosedLoop loop = h2load.run(workload, surroundings.rest(), time);
      Latencies latencies = loop.latencies();
      return Costs.Taken.of(
          new Sample(
              loop.perSecond(),
              latencies.percentile(50),
              latencies.percentile(95),
              latencies.percentile(99),
              Double.NaN,
              loop.generatorCores()));
    };
  }

  private Shot shot(String url) {
    return Shot.get(url, List.of("authorization: Bearer " + peers.token().get()), Values.MEDIUM);
  }

  private static void requireFound(boolean found) {
    if (!found) {
      throw new IllegalStateException("an entry that was written is not there");
    }
  }

  private static String name(Peer.Operation operation) {
    return switch (operation) {
      case GET -> "Get";
      case SET -> "Set";
    };
  }
}
