package dev.kryonix.bench.cache;

import static dev.kryonix.bench.cache.Contests.GATEWAY;
import static dev.kryonix.bench.cache.Contests.KRYONIX;
import static dev.kryonix.bench.cache.Contests.LETTUCE;
import static dev.kryonix.bench.cache.Contests.REDIS_BENCHMARK;
import static dev.kryonix.bench.cache.Contests.SEALED;

import dev.kryonix.bench.cache.Peer.Operation;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.report.Goal;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Plot;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.report.Table;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the run came to: goals, tables, a plot. */
final class CacheReport implements Report {
  private static final List<String> UNARY = List.of(LETTUCE, KRYONIX, GATEWAY, REDIS_BENCHMARK);
  private static final List<String> MANY = List.of(LETTUCE, KRYONIX, SEALED, REDIS_BENCHMARK);
  private static final int MOST_OVERHEAD_BYTES = 120;
  private static final int SIZE = Values.MEDIUM;

  private static final int CALLERS = Contests.GOAL_CALLERS;

  private final Surroundings surroundings;
  private final Extent extent;
  private final Findings found;
  private final Scores scores;

  CacheReport(Surroundings surroundings, Extent extent, Findings found) {
    this.surroundings = surroundings;
    this.extent = extent;
    this.found = found;
    this.scores = found.scores();
  }

  @Override
  public String mode() {
    return extent.mode();
  }

  @Override
  public List<Goal> goals() {
    String get = Contests.unary(Operation.GET, SIZE, CALLERS);
    String batch = Contests.batch(SIZE);
    String reads = Contests.pipeline(Operation.GET, SIZE);
    String writes = Contests.pipeline(Operation.SET, SIZE);
    return List.of(
        Goal.atMost(
            get + ": added to lettuce's latency, p99",
            scores.figures().added(get, KRYONIX, LETTUCE, Sample::p99).median() / 1000,
            "ms",
            1),
        Goal.atLeast(get + ": rate, of lettuce's", scores.percent(get, KRYONIX, LETTUCE), "%", 40),
        Goal.atLeast(
            batch + ": rate, of lettuce's MGET", scores.percent(batch, KRYONIX, LETTUCE), "%", 60),
        Goal.atLeast(
            batch + ": the same with AES-GCM", scores.percent(batch, SEALED, LETTUCE), "%", 45),
        Goal.atLeast(
            reads + ": rate, of pipelined lettuce's",
            scores.percent(reads, KRYONIX, LETTUCE),
            "%",
            60),
        Goal.atLeast(
            reads + ": rate, over our own unary Get's at %d callers".formatted(CALLERS),
            scores.median(reads, KRYONIX, Sample::perSecond)
                / scores.median(get, KRYONIX, Sample::perSecond),
            "times",
            5),
        Goal.atLeast(
            writes + " under the quota: rate, of plain pipelined SET's",
            scores.percent(writes, KRYONIX, LETTUCE),
            "%",
            40),
        Goal.atMost(
            "beside a noisy neighbour: hit rate lost",
            found.neighbours().lostPoints(),
            "points",
            1),
        Goal.atMost(
            "beside a noisy neighbour: p99, longer", found.neighbours().slower(), "times", 1.5),
        Goal.atMost(
            "memory of an entry of %s, over plain Redis".formatted(Values.name(Weight.SIZE)),
            found.weight().overhead(),
            "bytes",
            MOST_OVERHEAD_BYTES),
        Goal.atLeast(
            "near cache: reads of copies by one thread",
            found.near().perSecond() / 1e6,
            "million/s",
            5),
        Goal.atMost(
            "near cache: a change elsewhere counts after, p99",
            found.near().late().percentile(99) / 1000,
            "ms",
            50));
  }

  @Override
  public String body() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        Medians of alternating rounds (lowest–highest round): %d of %.1f s of what carries goals, after each subject had as many turns of %.1f s as it took until none got faster (at most %d), \
        and %d of %.1f s of the rest; *of lettuce* is the median of what each round had of lettuce's in the same round. All processes share the machine: Redis, cache-service, the gateway, this program. \
        The load average of the machine as the run began was %s; above 0.5 other programs took their share. *lettuce* is Redis through the client that cache-service uses too, \
        *Kryonix* is cache-service over gRPC, each over one connection that all callers share; every read finds its value, values are JSON with an hour to live. Latencies are in µs.

        *CPU* is the processor time of one operation: of Redis, of cache-service, of the gateway where calls go through it, and of this program, which makes the load. The machine has %d cores for all of them, \
        so a rate is at most %d,000,000 divided by their sum.

        One call after the other:

        """
            .formatted(
                extent.goals().rounds(),
                seconds(extent.goals().load()),
                seconds(extent.goals().warmUp().turn()),
                extent.goals().warmUp().most(),
                extent.others().rounds(),
                seconds(extent.others().load()),
                found.load(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().availableProcessors()));
    out.append(unary().markdown());
    out.append(
        "\nREST through the gateway (HTTP/1.1, JSON; h2load), beside the calls above that go through it over gRPC:\n\n");
    out.append(rest().markdown());
    out.append(
        "\nMany at once: BatchGet beside MGET by %d callers, Pipeline beside pipelined commands with %,d under way:\n\n"
            .formatted(Contests.BATCH_CALLERS, Peer.WINDOW));
    out.append(many().markdown());
    out.append(
        "\nYCSB %s, %d threads, %,d records of ten fields of 100 B, a record being one value:\n\n"
            .formatted("0.17.0", Ycsb.THREADS, Ycsb.RECORDS));
    out.append(ycsb().markdown());
    out.append('\n').append(text(found.near()));
    out.append('\n').append(text(found.neighbours()));
    out.append('\n').append(text(found.weight()));
    out.append(
        "\nVersions: %s, lettuce and grpc-java as in the pom, JDK %s. JVM options of cache-service: `%s`.\n"
            .formatted(
                surroundings.versions(),
                Runtime.version(),
                String.join(" ", surroundings.service().process().jvmOptions())));
    found.profiles().forEach(each -> out.append('\n').append(each.markdown()));
    return out.toString();
  }

  @Override
  public Plot plot(String subtitle) {
    Plot plot = new Plot("Kryonix cache beside Redis itself", subtitle);
    for (Operation operation : Operation.values()) {
      String one = Contests.unary(operation, SIZE, CALLERS);
      plot.panel(
          one + ": rate (more is better)",
          "calls per second",
          scores.figures().bars(one, UNARY, Sample::perSecond));
      plot.panel(
          one + ": p99 (less is better)", "µs", scores.figures().bars(one, UNARY, Sample::p99));
    }
    for (String many :
        List.of(
            Contests.batch(SIZE),
            Contests.pipeline(Operation.GET, SIZE),
            Contests.pipeline(Operation.SET, SIZE))) {
      plot.panel(
          many + " (more is better)",
          "entries per second",
          scores.figures().bars(many, entrants(many), Sample::perSecond));
    }
    for (Ycsb.Mix mix : Ycsb.Mix.values()) {
      plot.panel(
          mix.title() + " (more is better)",
          "operations per second",
          scores.figures().bars(mix.title(), List.of(LETTUCE, KRYONIX), Sample::perSecond));
    }
    return plot;
  }

  private CallTable unary() {
    CallTable table = new CallTable(scores, "calls");
    for (Operation operation : Operation.values()) {
      for (int size : Values.SIZES) {
        for (int callers : Contests.CALLERS) {
          table.add(
              Contests.unary(operation, size, callers),
              size == SIZE ? UNARY : List.of(LETTUCE, KRYONIX));
        }
      }
    }
    return table;
  }

  private Table rest() {
    Table table = new Table("call", "per second", "p50", "p99");
    for (int callers : Contests.CALLERS) {
      String contest = Contests.rest(callers);
      table.row(
          contest,
          scores.figures().spread(contest, GATEWAY, Sample::perSecond).format(),
          median(contest, GATEWAY, Sample::p50),
          median(contest, GATEWAY, Sample::p99));
    }
    return table;
  }

  private CallTable many() {
    CallTable table = new CallTable(scores, "entries");
    Stream.concat(
            Values.SIZES.stream().map(Contests::batch),
            Stream.of(Operation.values())
                .flatMap(each -> Values.SIZES.stream().map(size -> Contests.pipeline(each, size))))
        .forEach(contest -> table.add(contest, entrants(contest)));
    return table;
  }

  private static List<String> entrants(String many) {
    return many.startsWith("BatchGet") ? List.of(LETTUCE, KRYONIX, SEALED) : MANY;
  }

  private Table ycsb() {
    Table table = new Table("workload", "through", "per second", "of lettuce", "reads, p99");
    for (Ycsb.Mix mix : Ycsb.Mix.values()) {
      for (String subject : List.of(LETTUCE, KRYONIX)) {
        table.row(
            mix.title(),
            subject,
            scores.figures().spread(mix.title(), subject, Sample::perSecond).format(),
            subject.equals(LETTUCE)
                ? "–"
                : Numbers.format(scores.percent(mix.title(), subject, LETTUCE)) + "%",
            median(mix.title(), subject, Sample::p99));
      }
    }
    return table;
  }

  /** What reads of near copies came to. */
  static String text(NearReads near) {
    return """
    The near cache of service-kit gives %s million copies a second to one thread that reads %,d entries of %s in turn (best of three rounds). After somebody else's write of an entry was answered, \
    it gave the new value within %s ms (p50) and %s ms (p99) of %d changes.
    """
        .formatted(
            Numbers.format(near.perSecond() / 1e6),
            NearReads.COPIES,
            Values.name(SIZE),
            Numbers.format(near.late().percentile(50) / 1000),
            Numbers.format(near.late().percentile(99) / 1000),
            near.late().count());
  }

  /** What became of a tenant beside a noisy one. */
  static String text(Neighbours neighbours) {
    return """
    A tenant that reads through its cache %,d times a second (Zipf over %,d keys, of which its quota holds %,d, LRU) had hits of %s%% and a p99 of %s µs while its neighbour was quiet, \
    and %s%% and %s µs while the neighbour's %d callers wrote %s new entries a second over a quota of the same size.
    """
        .formatted(
            Neighbours.PER_SECOND,
            Neighbours.ASKED_KEYS,
            Neighbours.QUOTA_KEYS,
            neighbours.hitPercent(false).format(),
            neighbours.p99(false).format(),
            neighbours.hitPercent(true).format(),
            neighbours.p99(true).format(),
            Neighbours.NOISY_CALLERS,
            Numbers.format(neighbours.noisePerSecond()));
  }

  /** What entries take. */
  static String text(Weight weight) {
    return """
    %,d entries of %s of %d tenants take %s bytes each in Redis; in plain Redis, under `tenant:ID:module:type:key` and with the same time to live, %s. Of the %s bytes more the header before the value is %d, \
    the longer key %d (the tenant's uid and the bucket), and the books, by which quota and eviction are exact, and what the allocator rounds up, are %s.
    """
        .formatted(
            weight.entries(),
            Values.name(Weight.SIZE),
            weight.tenants(),
            Numbers.format(weight.ours()),
            Numbers.format(weight.plain()),
            Numbers.format(weight.overhead()),
            weight.header(),
            weight.key(),
            Numbers.format(weight.books()));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }

  private String median(String contest, String subject, ToDoubleFunction<Sample> of) {
    return Numbers.format(scores.median(contest, subject, of));
  }
}
