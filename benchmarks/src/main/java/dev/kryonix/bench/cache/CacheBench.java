package dev.kryonix.bench.cache;

import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.bench.cache.Contest.Entrant;
import dev.kryonix.bench.cache.Tenants.Account;
import dev.kryonix.bench.load.Figures;
import dev.kryonix.bench.load.Rounds;
import dev.kryonix.bench.process.Recording;
import dev.kryonix.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The cache beside Redis itself: all measurements, in their order. */
public final class CacheBench {
  private static final long NO_LIMIT_KEYS = 100_000_000;
  private static final long NO_LIMIT_BYTES = 100_000_000_000L;
  private static final int PROFILE_SECONDS = 5;

  private final Surroundings surroundings = Surroundings.fromEnvironment();
  private final Figures figures = new Figures();

  /** By contest and subject. */
  private final Map<String, List<Costs.Parts>> parts = new HashMap<>();

  private final Extent extent;

  /**
   * A benchmark of that size.
   *
   * @param tenants whose entries are weighed; 0 leaves it open
   */
  public CacheBench(boolean quick, int tenants) {
    extent = quick ? Extent.quick(tenants) : Extent.full(tenants);
  }

  /** Measures all, and gives what there is to say. */
  public Report run() throws IOException, InterruptedException {
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    try (Tenants tenants = new Tenants(surroundings.gateway(), surroundings.adminKey())) {
      say("tenants");
      Account plain = tenants.create(quota(NO_LIMIT_KEYS, CacheEviction.CACHE_EVICTION_NONE));
      Account sealed =
          tenants.create(quota(NO_LIMIT_KEYS, CacheEviction.CACHE_EVICTION_NONE), "lgpd");
      contests(plain, sealed);
      Map<String, List<Map.Entry<String, Double>>> profiles = profiles(plain);
      NearReads near = near(plain);
      Neighbours neighbours = neighbours(tenants);
      Weight weight = weight(tenants);
      return new CacheReport(
          surroundings, extent, figures, parts, near, neighbours, weight, profiles, load);
    }
  }

  private void contests(Account plain, Account sealed) throws IOException, InterruptedException {
    try (Peer lettuce = lettuce("tenant:" + plain.id() + ":crm:temp:");
        Peer ours = service(plain);
        Peer encrypted = service(sealed);
        Peer gateway = new GrpcPeer(surroundings.gateway().port(), plain.token())) {
      say("filling");
      for (Peer peer : List.of(lettuce, ours, encrypted)) {
        for (int size : Values.SIZES) {
          peer.setAll(
              IntStream.range(0, Values.KEYS).mapToObj(i -> Values.key(size, i)).toList(),
              Values.of(size));
        }
      }
      List<Contest> contests =
          new Contests(
                  surroundings,
                  new Contests.Peers(lettuce, ours, encrypted, gateway, plain.token()))
              .all();
      say("warming up");
      Duration warmUp = extent.warmUp();
      for (Contest contest : contests) {
        for (Entrant entrant : contest.entrants()) {
          Object unused = entrant.turn().take(warmUp.dividedBy(contest.entrants().size()));
        }
      }
      List<Map.Entry<String, Ycsb>> ycsb = ycsb(plain);
      for (int round = 0; round < extent.rounds(); round++) {
        say("round %d of %d", round + 1, extent.rounds());
        for (Contest contest : contests) {
          for (Entrant entrant : Rounds.order(contest.entrants(), round)) {
            Costs.Taken taken = entrant.turn().take(extent.load());
            figures.add(contest.name(), entrant.subject(), taken.sample());
            parts
                .computeIfAbsent(contest.name() + entrant.subject(), any -> new ArrayList<>())
                .add(taken.parts());
          }
        }
        for (Ycsb.Mix mix : Ycsb.Mix.values()) {
          for (Map.Entry<String, Ycsb> each : Rounds.order(ycsb, round)) {
            figures.add(mix.title(), each.getKey(), each.getValue().run(mix, extent.ycsb()));
          }
        }
      }
    }
  }

  private List<Map.Entry<String, Ycsb>> ycsb(Account plain)
      throws IOException, InterruptedException {
    Ycsb lettuce =
        new Ycsb(
            YcsbLettuce.class,
            Map.of(
                "PORT",
                "" + surroundings.redis().port(),
                "REDIS_PASSWORD",
                surroundings.redisPassword()));
    Ycsb ours =
        new Ycsb(
            YcsbKryonix.class,
            Map.of("PORT", "" + surroundings.service().port(), "TOKEN", plain.token()));
    lettuce.load();
    ours.load();
    return List.of(Map.entry(Contests.LETTUCE, lettuce), Map.entry(Contests.KRYONIX, ours));
  }

  /** What cache-service does most under reads, and under writes, of a pipeline. */
  private Map<String, List<Map.Entry<String, Double>>> profiles(Account plain)
      throws IOException, InterruptedException {
    Map<String, List<Map.Entry<String, Double>>> profiles = new LinkedHashMap<>();
    if (extent.rounds() == 1) {
      return profiles;
    }
    say("profiles of cache-service");
    try (Peer ours = service(plain)) {
      for (Peer.Operation operation : Peer.Operation.values()) {
        Path file = surroundings.folder().resolve("cache-" + operation + ".jfr");
        Recording recording = Recording.ofProfile(surroundings.service().process().pid(), file);
        Object unused =
            ours.pipeline(operation, Values.MEDIUM, Duration.ofSeconds(PROFILE_SECONDS));
        recording.end();
        profiles.put(Contests.pipeline(operation, Values.MEDIUM), recording.topFrames(10));
      }
    }
    return profiles;
  }

  private NearReads near(Account plain) throws InterruptedException {
    say("near cache");
    try (Peer writer = service(plain)) {
      return NearReads.measure(surroundings.service().port(), plain, writer, extent);
    }
  }

  private Neighbours neighbours(Tenants tenants) throws InterruptedException {
    say("neighbours");
    CacheLimits small = quota(Neighbours.QUOTA_KEYS, CacheEviction.CACHE_EVICTION_LRU);
    try (Peer watched = service(tenants.create(small));
        Peer noisy = service(tenants.create(small))) {
      Neighbours neighbours = new Neighbours(watched, noisy, extent.neighbours());
      for (int round = 0; round < extent.rounds(); round++) {
        neighbours.round();
      }
      return neighbours;
    }
  }

  private Weight weight(Tenants tenants) throws InterruptedException {
    say("%,d entries of %d tenants", (long) extent.tenants() * extent.keys(), extent.tenants());
    List<Weighed> writers = new ArrayList<>();
    try (LettucePeer admin = lettuce("")) {
      for (int i = 0; i < extent.tenants(); i++) {
        Account account = tenants.create(quota(extent.keys(), CacheEviction.CACHE_EVICTION_NONE));
        writers.add(new Weighed(account.id(), service(account)));
      }
      return Weight.of(
          writers,
          extent.keys(),
          new Weight.Plain() {
            @Override
            public LettucePeer admin() {
              return admin;
            }

            @Override
            public LettucePeer ofTenant(String tenant) {
              return lettuce(Weight.Plain.prefix(tenant));
            }
          });
    } finally {
      writers.forEach(each -> each.peer().close());
    }
  }

  private record Weighed(String tenant, Peer peer) implements Weight.Writer {}

  private LettucePeer lettuce(String prefix) {
    return new LettucePeer(surroundings.redis().port(), surroundings.redisPassword(), prefix);
  }

  private Peer service(Account account) {
    return new GrpcPeer(surroundings.service().port(), account.token());
  }

  private static CacheLimits quota(long keys, CacheEviction eviction) {
    return CacheLimits.newBuilder()
        .setKeys(keys)
        .setMemoryBytes(NO_LIMIT_BYTES)
        .setEviction(eviction)
        .build();
  }

  private static void say(String line, Object... values) {
    System.err.printf(line + "%n", values);
  }
}
