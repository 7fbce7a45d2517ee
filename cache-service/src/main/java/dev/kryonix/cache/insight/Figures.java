package dev.kryonix.cache.insight;

import dev.kryonix.cache.counting.Counters;
import dev.kryonix.cache.counting.Namespace;
import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.EntryStore.Usage;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is counted and held to PostgreSQL: uses every ten seconds, so a process that is
 * killed loses ten seconds of them at most; levels every minute; and now and then makes hours of
 * minutes. While PostgreSQL is away, uses wait.
 */
@Context
final class Figures {
  private static final Logger LOG = LoggerFactory.getLogger(Figures.class);
  private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(10);
  private static final Duration BETWEEN_ROLLS = Duration.ofMinutes(5);

  /** Longer than a minute waits for PostgreSQL: what was rolled up is never written again. */
  private static final Duration MINUTES_STAY = Minutes.KEPT.multipliedBy(2);

  private static final Duration HOURS_STAY = Duration.ofDays(90);
  private static final int MOST_WAITING = 200_000;
  private static final int AT_ONCE = 1_000;

  private final UUID process = UUID.randomUUID();
  private final Counters counters;
  private final FigureStore store;
  private final EntryStore entries;
  private final Spaces spaces;
  private final TenantDirectory tenants;
  private final InstantSource clock;
  private final Minutes minutes = new Minutes(MOST_WAITING);
  private final Rounds rounds = new Rounds("figures", this::round);
  private Instant lookedAt = Instant.MIN;
  private Instant rolledAt = Instant.MIN;

  Figures(
      Counters counters,
      FigureStore store,
      EntryStore entries,
      Spaces spaces,
      TenantDirectory tenants,
      InstantSource clock,
      MeterRegistry metrics) {
    this.counters = counters;
    this.store = store;
    this.entries = entries;
    this.spaces = spaces;
    this.tenants = tenants;
    this.clock = clock;
    FunctionCounter.builder("kryonix.cache.figures.lost", this, Figures::lost).register(metrics);
  }

  @PostConstruct
  void start() {
    rounds.start();
  }

  /** Writes the last seconds, too. */
  @PreDestroy
  void stop() {
    rounds.stop();
    try {
      write();
    } catch (ServiceException e) {
      LOG.warn("the figures of the last seconds could not be written", e);
    }
  }

  private synchronized double lost() {
    return minutes.lost();
  }

  private Duration round() {
    Instant now = clock.instant();
    try {
      write();
      if (!now.truncatedTo(ChronoUnit.MINUTES).equals(lookedAt)) {
        look();
        lookedAt = now.truncatedTo(ChronoUnit.MINUTES);
      }
      if (!now.isBefore(rolledAt.plus(BETWEEN_ROLLS))) {
        store.roll(now.minus(MINUTES_STAY).truncatedTo(ChronoUnit.HOURS));
        store.forget(now.minus(HOURS_STAY));
        rolledAt = now;
      }
    } catch (ServiceException | RedisException e) {
      LOG.debug("figures wait", e);
    }
    return BETWEEN_ROUNDS;
  }

  /** Writes what was counted. */
  synchronized void write() {
    Instant now = clock.instant();
    minutes.add(now, counters.harvest());
    List<Minutes.Row> rows = minutes.unwritten(this::exists);
    for (int from = 0; from < rows.size(); from += AT_ONCE) {
      List<Minutes.Row> some = rows.subList(from, Math.min(from + AT_ONCE, rows.size()));
      store.writeUses(process, some);
      minutes.written(some, now);
    }
    minutes.written(List.of(), now);
  }

  /** A tenant that is being erased gets no rows any more. */
  private boolean exists(Namespace namespace) {
    return tenants
        .find(namespace.tenant(), namespace.uid())
        .filter(view -> view.serving() != Serving.DELETED)
        .isPresent();
  }

  /** Writes what tenants hold. */
  void look() {
    List<TenantView> all =
        tenants.all().stream().filter(view -> view.serving() != Serving.DELETED).toList();
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      List<TenantSpace> some =
          all.subList(from, Math.min(from + AT_ONCE, all.size())).stream().map(spaces::of).toList();
      List<Usage> usages = entries.usage(some);
      List<Long> evictions = entries.evictions(some);
      List<Long> expirations = entries.expirations(some);
      List<Level> levels = new ArrayList<>();
      for (int i = 0; i < some.size(); i++) {
        levels.add(
            new Level(
                some.get(i).id(),
                some.get(i).uid(),
                usages.get(i).keys(),
                usages.get(i).bytes(),
                evictions.get(i),
                expirations.get(i)));
      }
      store.writeLevels(clock.instant(), levels);
    }
  }
}
