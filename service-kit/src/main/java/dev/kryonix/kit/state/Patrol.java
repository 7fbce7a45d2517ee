package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantUid;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Requires;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through all tenants at the start and then every half minute or so: what was deleted or
 * changed in the engine by hand is put back, and what tenants use is reported. Instances do so at
 * different times.
 */
@Singleton
@Requires(beans = TenantReconciler.class)
final class Patrol {
  private static final Logger LOG = LoggerFactory.getLogger(Patrol.class);
  private static final int JITTER_SHARE = 4;

  /** Between rounds, however often the bell rings. */
  private static final Duration LEAST = Duration.ofMillis(500);

  private static final int ROUNDS_PER_FULL_REPORT = 20;

  private final TenantReconciler reconciler;
  private final Optional<TenantMeter> meter;
  private final TenantDirectory directory;
  private final StateClient client;
  private final PatrolBell bell;
  private final Duration every;
  private final Counter drift;
  private final Map<TenantUid, Map<String, Long>> reported = new HashMap<>();
  private int rounds;
  private final Thread thread = Thread.ofVirtual().name("patrol").unstarted(this::run);

  Patrol(
      TenantReconciler reconciler,
      Optional<TenantMeter> meter,
      TenantDirectory directory,
      StateClient client,
      PatrolBell bell,
      StateConfig config,
      MeterRegistry registry) {
    this.reconciler = reconciler;
    this.meter = meter;
    this.directory = directory;
    this.client = client;
    this.bell = bell;
    this.every = config.patrol();
    this.drift =
        Counter.builder("kryonix.state.drift")
            .description("Tenants whose engine objects were not as they must be, and were mended")
            .register(registry);
  }

  @PostConstruct
  void start() {
    thread.start();
  }

  @PreDestroy
  void stop() {
    thread.interrupt();
  }

  private void run() {
    try {
      client.awaitSynced();
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(LEAST);
        // An instance that is cut off would put back what another has been told to change.
        if (directory.isCurrent()) {
          round(directory.all());
          bell.await(untilNext().minus(LEAST));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Never ends by a failure: the next round finds what this one could not. */
  private void round(Collection<TenantView> tenants) {
    try {
      mend(tenants);
      if (meter.isPresent()) {
        report(meter.get(), tenants);
      }
    } catch (ReconcileException e) {
      LOG.debug("a round was not finished: {}", e.reason(), e);
    } catch (RuntimeException e) {
      LOG.warn("a round was not finished", e);
    }
  }

  private void mend(Collection<TenantView> tenants) throws ReconcileException {
    Set<TenantUid> drifted = reconciler.drifted(tenants);
    List<TenantView> mended =
        tenants.stream().filter(view -> drifted.contains(view.uid())).toList();
    if (mended.isEmpty()) {
      return;
    }
    LOG.warn(
        "{} tenants are not as they must be, and are mended, among them {}",
        mended.size(),
        mended.getFirst().id());
    drift.increment(mended.size());
    client.repair(mended);
  }

  /** Tells what has changed, and now and then everything, for the time of its measurement. */
  private void report(TenantMeter source, Collection<TenantView> tenants)
      throws ReconcileException {
    if (rounds++ % ROUNDS_PER_FULL_REPORT == 0) {
      reported.clear();
    }
    Map<TenantUid, Map<String, Long>> usages = source.measure(tenants);
    reported.keySet().retainAll(usages.keySet());
    usages.forEach(
        (uid, amounts) -> {
          if (!amounts.equals(reported.get(uid)) && client.reportUsage(uid, amounts)) {
            reported.put(uid, amounts);
          }
        });
  }

  private Duration untilNext() {
    long jitter = Math.max(1, every.toMillis() / JITTER_SHARE);
    return every.plusMillis(ThreadLocalRandom.current().nextLong(-jitter, jitter + 1));
  }
}
