package dev.kryonix.bench.cache;

import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.bench.cache.Tenants.Account;
import dev.kryonix.bench.load.Profile;
import dev.kryonix.bench.load.Rounds;
import dev.kryonix.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The cache beside Redis itself: all measurements, in their order. */
public final class CacheBench {
  private static final long NO_LIMIT_KEYS = 100_000_000;
  private static final long NO_LIMIT_BYTES = 100_000_000_000L;

  private final Surroundings surroundings = Surroundings.fromEnvironment();
  private final Scores scores = new Scores();
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
  public Report run(boolean profile) throws IOException, InterruptedException {
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    try (Tenants tenants = new Tenants(surroundings.gateway(), surroundings.adminKey())) {
      Account plain = tenants.create(unlimited());
      List<Profile> profiles;
      try (Tournament tournament = tournament(tenants, plain)) {
        List<Contest> goals = tournament.contests().goals();
        tournament.run(goals, extent.goals());
        tournament.run(tournament.contests().others(), extent.others());
        profiles = profile ? tournament.profiles(goals) : List.of();
      }
      ycsb(plain);
      return new CacheReport(
          surroundings,
          extent,
          new Findings(scores, near(plain), neighbours(tenants), weight(tenants), profiles, load));
    }
  }

  /** Measures one part by itself, and says what its rounds come to: for trying out. */
  public void run(Part part, boolean profile) throws IOException, InterruptedException {
    try (Tenants tenants = new Tenants(surroundings.gateway(), surroundings.adminKey())) {
      Account plain = tenants.create(unlimited());
      switch (part) {
        case GET, BATCH, PIPELINE, OTHERS -> contests(part, tournament(tenants, plain), profile);
        case YCSB -> ycsb(plain);
        case NEAR -> say("%s", CacheReport.text(near(plain)));
        case NEIGHBOURS -> say("%s", CacheReport.text(neighbours(tenants)));
        case MEMORY -> say("%s", CacheReport.text(weight(tenants)));
      }
    }
  }

  private void contests(Part part, Tournament tournament, boolean profile)
      throws IOException, InterruptedException {
    try (tournament) {
      List<Contest> contests = tournament.contests().of(part);
      tournament.run(contests, part == Part.OTHERS ? extent.others() : extent.goals());
      CallTable table = new CallTable(scores, "calls or entries");
      contests.forEach(each -> table.add(each.name(), each.subjects()));
      say("%s", table.markdown());
      if (profile) {
        tournament.profiles(contests).forEach(each -> say("%s", each.markdown()));
      }
    }
  }

  private Tournament tournament(Tenants tenants, Account plain) throws InterruptedException {
    say("tenants and their entries");
    return new Tournament(surroundings, plain, tenants.create(unlimited(), "lgpd"), scores);
  }

  private void ycsb(Account plain) throws IOException, InterruptedException {
    say("YCSB");
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
    List<Map.Entry<String, Ycsb>> both =
        List.of(Map.entry(Contests.LETTUCE, lettuce), Map.entry(Contests.KRYONIX, ours));
    for (int round = 0; round < extent.others().rounds(); round++) {
      for (Ycsb.Mix mix : Ycsb.Mix.values()) {
        for (Map.Entry<String, Ycsb> each : Rounds.order(both, round)) {
          scores.add(
              mix.title(), each.getKey(), Costs.Taken.of(each.getValue().run(mix, extent.ycsb())));
        }
      }
    }
  }

  private NearReads near(Account plain) throws InterruptedException {
    say("near cache");
    try (Peer writer = surroundings.service(plain)) {
      return NearReads.measure(surroundings.service().port(), plain, writer, extent);
    }
  }

  private Neighbours neighbours(Tenants tenants) throws IOException, InterruptedException {
    say("neighbours");
    CacheLimits small = quota(Neighbours.QUOTA_KEYS, CacheEviction.CACHE_EVICTION_LRU);
    try (Peer watched = surroundings.service(tenants.create(small));
        Peer noisy = surroundings.service(tenants.create(small))) {
      Neighbours neighbours = new Neighbours(watched, noisy, extent.neighbours());
      neighbours.warmUp(extent.goals().warmUp());
      for (int round = 0; round < extent.goals().rounds(); round++) {
        neighbours.round();
      }
      return neighbours;
    }
  }

  private Weight weight(Tenants tenants) throws InterruptedException {
    say("%,d entries of %d tenants", (long) extent.tenants() * extent.keys(), extent.tenants());
    List<Weighed> writers = new ArrayList<>();
    try (LettucePeer admin = surroundings.lettuce("")) {
      for (int i = 0; i < extent.tenants(); i++) {
        Account account = tenants.create(quota(extent.keys(), CacheEviction.CACHE_EVICTION_NONE));
        writers.add(new Weighed(account.id(), surroundings.service(account)));
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
              return surroundings.lettuce(Weight.Plain.prefix(tenant));
            }
          });
    } finally {
      writers.forEach(each -> each.peer().close());
    }
  }

  private record Weighed(String tenant, Peer peer) implements Weight.Writer {}

  private static CacheLimits unlimited() {
    return quota(NO_LIMIT_KEYS, CacheEviction.CACHE_EVICTION_NONE);
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
