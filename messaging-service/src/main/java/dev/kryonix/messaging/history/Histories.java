package dev.kryonix.messaging.history;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.publish.HistoryMarks;
import dev.kryonix.messaging.topology.HistoryConfig;
import dev.kryonix.messaging.topology.HistoryRules;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What reading histories takes. */
@Singleton
final class Histories {
  private static final Duration MARK_PATIENCE = Duration.ofSeconds(10);
  private static final long LOOK_MILLIS = 500;

  private final TenantDirectory tenants;
  private final TenantConnections connections;
  private final TenantQueues queues;
  private final Operations operations;
  private final Envelope envelope;
  private final HistoryRules rules;
  private final HistoryConfig config;
  private final HistoryMarks marks;
  private final Restorations restorations;
  private final InstantSource clock;
  private final Map<TenantUid, AtomicInteger> readers = new ConcurrentHashMap<>();

  Histories(
      TenantDirectory tenants,
      TenantConnections connections,
      TenantQueues queues,
      Operations operations,
      Envelope envelope,
      HistoryRules rules,
      HistoryConfig config,
      HistoryMarks marks,
      Restorations restorations,
      InstantSource clock) {
    this.tenants = tenants;
    this.connections = connections;
    this.queues = queues;
    this.operations = operations;
    this.envelope = envelope;
    this.rules = rules;
    this.config = config;
    this.marks = marks;
    this.restorations = restorations;
    this.clock = clock;
  }

  /** The caller's tenant, while it is served, has a history, and the token of the stream lasts. */
  TenantView require(Principal caller) {
    if (caller.expiresAt().isBefore(clock.instant())) {
      throw HistoryErrors.tokenExpired();
    }
    TenantView tenant = tenants.require(caller);
    if (!rules.keeps(tenant)) {
      throw HistoryErrors.notKept(tenant);
    }
    return tenant;
  }

  /** What a reader of these sources is shown; refuses sources that the tenant does not have. */
  Wanted wanted(TenantView tenant, List<String> sources, Map<String, String> attributes) {
    return new Wanted(operations, envelope, operations.matching(tenant, sources), attributes);
  }

  /** Refuses when the tenant does not have the module of one of them any more. */
  void requireModules(TenantView tenant, Wanted wanted) {
    operations.requireModules(tenant, wanted.queues());
  }

  /** Whether the broker has the tenant's history: it is made with the first publish. */
  boolean exists(TenantView tenant) {
    try {
      return queues.existing(tenant).contains(Names.HISTORY);
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  HistoryReader open(TenantView tenant, Position from) {
    queues.ensureHistory(tenant);
    return HistoryReader.open(connections.toConsume(tenant), from);
  }

  /**
   * The end of a history as it was found.
   *
   * @param reader reads what comes after it
   * @param offset of the mark that is there; all that had been answered to publishers is before it
   */
  record Present(HistoryReader reader, long offset) {}

  /** Goes to the end of the history, by a mark that is put there. */
  Present present(TenantView tenant) throws InterruptedException {
    HistoryReader reader = open(tenant, new Position.Next());
    try {
      String mark = marks.put(tenant);
      long end = System.nanoTime() + MARK_PATIENCE.toNanos();
      while (System.nanoTime() < end) {
        Entry entry = reader.next(LOOK_MILLIS);
        if (entry != null && entry.id().equals(mark)) {
          return new Present(reader, entry.offset());
        }
      }
      throw BrokerErrors.unavailable(new IllegalStateException("the mark does not come"));
    } catch (ServiceException | InterruptedException e) {
      reader.close();
      throw e;
    }
  }

  /** Up to when the messages of the history may lie in another order than that of their times. */
  Instant disordered(TenantView tenant) {
    return restorations.last(tenant);
  }

  /** The place of a reader among its tenant's. */
  @FunctionalInterface
  interface Admission extends AutoCloseable {
    @Override
    void close();
  }

  /** Counts a reader until it is closed; refuses one too many. */
  Admission admit(TenantView tenant) {
    AtomicInteger count = readers.computeIfAbsent(tenant.uid(), unused -> new AtomicInteger());
    if (count.incrementAndGet() > config.readersPerTenant()) {
      count.decrementAndGet();
      throw HistoryErrors.tooManyReaders(config.readersPerTenant());
    }
    return count::decrementAndGet;
  }

  HistoryConfig config() {
    return config;
  }

  Instant now() {
    return clock.instant();
  }
}
