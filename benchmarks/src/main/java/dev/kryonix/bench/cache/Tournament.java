package dev.kryonix.bench.cache;

import dev.kryonix.bench.cache.Contest.Entrant;
import dev.kryonix.bench.cache.Tenants.Account;
import dev.kryonix.bench.load.Profile;
import dev.kryonix.bench.load.Rounds;
import dev.kryonix.bench.load.WarmUp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** All who take part in contests, each with its connection and its entries. */
final class Tournament implements AutoCloseable {
  private final Surroundings surroundings;
  private final Scores scores;
  private final List<Peer> peers;
  private final Contests contests;

  Tournament(Surroundings surroundings, Account plain, Account sealed, Scores scores)
      throws InterruptedException {
    this.surroundings = surroundings;
    this.scores = scores;
    Peer lettuce = surroundings.lettuce("tenant:" + plain.id() + ":crm:temp:");
    Peer ours = surroundings.service(plain);
    Peer encrypted = surroundings.service(sealed);
    Peer gateway = new GrpcPeer(surroundings.gateway().port(), plain::token);
    peers = List.of(lettuce, ours, encrypted, gateway);
    contests =
        new Contests(
            surroundings, new Contests.Peers(lettuce, ours, encrypted, gateway, plain::token));
    for (Peer peer : List.of(lettuce, ours, encrypted)) {
      for (int size : Values.SIZES) {
        peer.setAll(
            IntStream.range(0, Values.KEYS).mapToObj(i -> Values.key(size, i)).toList(),
            Values.of(size));
      }
    }
  }

  /** Those that carry goals, and the others. */
  Contests contests() {
    return contests;
  }

  /** All rounds of contests, each with its entrants warm. */
  void run(List<Contest> all, Extent.Timing timing) throws IOException, InterruptedException {
    for (Contest contest : all) {
      List<WarmUp.Load> loads = new ArrayList<>();
      for (Entrant entrant : contest.entrants()) {
        // It is compiled as it comes.
        if (!entrant.subject().equals(Contests.REDIS_BENCHMARK)) {
          loads.add(time -> entrant.turn().take(time).sample().perSecond());
        }
      }
      System.err.printf("%s: warm after %d turns%n", contest.name(), timing.warmUp().run(loads));
      for (int round = 0; round < timing.rounds(); round++) {
        for (Entrant entrant : Rounds.order(contest.entrants(), round)) {
          scores.add(contest.name(), entrant.subject(), entrant.turn().take(timing.load()));
        }
      }
    }
  }

  /** What cache-service does most in contests, once they have been run. */
  List<Profile> profiles(List<Contest> all) throws IOException, InterruptedException {
    List<Profile> profiles = new ArrayList<>();
    for (Contest contest : all) {
      String file = "cache-" + contest.name().replaceAll("[^A-Za-z0-9]+", "-") + ".jfr";
      profiles.add(
          Profile.take(
              contest.name(),
              surroundings.service().process(),
              surroundings.folder().resolve(file),
              time -> {
                Object unused = contest.of(Contests.KRYONIX).turn().take(time);
              }));
    }
    return profiles;
  }

  @Override
  public void close() {
    peers.forEach(Peer::close);
  }
}
