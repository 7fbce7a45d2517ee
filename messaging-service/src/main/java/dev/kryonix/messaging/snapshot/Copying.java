package dev.kryonix.messaging.snapshot;

import com.google.protobuf.ByteString;
import com.rabbitmq.client.Delivery;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.deadletter.DeadLetterRecords;
import dev.kryonix.messaging.history.HistoryRecords;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.schedule.ScheduleRecords;
import dev.kryonix.messaging.snapshot.Spool.Section;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what a tenant has in the service at one point.
 *
 * <p>Messages move: from the schedule into a queue, from a queue to the dead letters, from there
 * back. The order of reading is such that one that moves meanwhile is in the copy twice rather than
 * never: first what is scheduled and what is dead, then all queues, held until the last is read,
 * then what has died since. What is in the copy twice comes back once.
 */
@Singleton
final class Copying {
  private static final Logger LOG = LoggerFactory.getLogger(Copying.class);
  private static final Comparator<Record> BY_KEY =
      Comparator.comparing(Record::getKey, ByteString.unsignedLexicographicalComparator());

  /** So many messages in a row that are younger than the copy say that all before it are read. */
  private static final int YOUNGER = 256;

  private final Definitions definitions;
  private final ScheduleRecords schedules;
  private final DeadLetterRecords deadLetters;
  private final HistoryRecords histories;
  private final QueuedRecords queued;
  private final TenantConnections connections;
  private final TenantQueues queues;
  private final CopyTurn turn;
  private final InstantSource clock;

  Copying(
      Definitions definitions,
      ScheduleRecords schedules,
      DeadLetterRecords deadLetters,
      HistoryRecords histories,
      QueuedRecords queued,
      TenantConnections connections,
      TenantQueues queues,
      CopyTurn turn,
      InstantSource clock) {
    this.definitions = definitions;
    this.schedules = schedules;
    this.deadLetters = deadLetters;
    this.histories = histories;
    this.queued = queued;
    this.connections = connections;
    this.queues = queues;
    this.turn = turn;
    this.clock = clock;
  }

  /** Copies what is selected. */
  Copy copy(TenantView tenant, Selection selection, LogPosition position)
      throws InterruptedException {
    Spool spool = Spool.create();
    try {
      return new Run(tenant, selection, spool).run(position);
    } catch (RuntimeException | InterruptedException e) {
      spool.close();
      throw e;
    }
  }

  private final class Run {
    private final TenantView tenant;
    private final Selection selection;
    private final Spool spool;

    Run(TenantView tenant, Selection selection, Spool spool) {
      this.tenant = tenant;
      this.selection = selection;
      this.spool = spool;
    }

    Copy run(LogPosition position) throws InterruptedException {
      boolean served = tenant.serving() == Serving.SERVING;
      if (!served) {
        LOG.warn(
            "tenant {} is not served and has no connections: the copy is without its messages",
            tenant.id());
      }
      Section bindings = definitions(definitions.bindings(tenant.id()), DefinitionRecords::record);
      Section names = definitions(definitions.queues(tenant.id()), DefinitionRecords::record);
      Section scheduled = add(ScheduleRecords.COLLECTION, () -> schedules.export(tenant));
      Set<String> dead = new HashSet<>();
      Section deadBefore = deadLetters(served, dead);
      List<Section> waiting = new ArrayList<>();
      if (served && selection.hasCollection(QueuedRecords.COLLECTION)) {
        turn.take(tenant, () -> waiting.addAll(queues()));
      }
      Section deadSince = deadLetters(served, dead);
      OptionalLong historyEnd =
          served
                  && selection.hasCollection(HistoryRecords.COLLECTION)
                  && existing().contains(Names.HISTORY)
              ? histories.end(tenant)
              : OptionalLong.empty();
      return new Copy(
          position.withHistory(historyEnd.orElse(LogPosition.NO_HISTORY)).text(),
          clock.instant(),
          spool,
          new Copy.Parts(
              bindings, List.of(deadBefore, deadSince), waiting, List.of(names, scheduled)),
          historyEnd);
    }

    private <T> Section definitions(List<T> found, Function<T, Record> record) {
      return spool.addAll(
          found.stream().map(record).filter(selection::has).sorted(BY_KEY).iterator());
    }

    /** Puts aside what is selected, when its collection is. */
    private Section add(String collection, Supplier<Iterator<Record>> records) {
      Section begun = spool.begin();
      if (selection.hasCollection(collection)) {
        Iterator<Record> all = records.get();
        while (all.hasNext()) {
          Record record = all.next();
          if (selection.has(record)) {
            spool.add(record);
          }
        }
      }
      return spool.end(begun);
    }

    /** Those that are not known yet, which then are. */
    private Section deadLetters(boolean served, Set<String> known) throws InterruptedException {
      if (served && selection.hasCollection(DeadLetterRecords.COLLECTION)) {
        deadLetters.gather(tenant);
      }
      return add(DeadLetterRecords.COLLECTION, () -> deadLetters.export(tenant, known));
    }

    /** The retry ladder is read first, and again: from there messages go to the other queues. */
    private List<Section> queues() throws InterruptedException {
      Map<String, List<Section>> sections = new TreeMap<>();
      Map<String, Long> places = new TreeMap<>();
      List<String> names = names();
      if (names.isEmpty()) {
        return List.of();
      }
      List<String> ladder = names.stream().filter(name -> name.startsWith(Names.OWN)).toList();
      try (HeldQueues held = HeldQueues.open(connections, tenant)) {
        Instant begin = clock.instant();
        for (String name :
            Stream.of(
                    ladder.stream(),
                    names.stream().filter(each -> !ladder.contains(each)),
                    ladder.stream())
                .flatMap(each -> each)
                .toList()) {
          Section begun = spool.begin();
          long first = places.getOrDefault(name, 0L);
          Reading reading = new Reading(name, first, begin);
          held.read(name, reading);
          places.put(name, reading.place);
          sections.computeIfAbsent(name, unused -> new ArrayList<>()).add(spool.end(begun));
        }
      }
      return sections.values().stream().flatMap(List::stream).toList();
    }

    private List<String> names() {
      return existing().stream()
          .filter(
              name ->
                  QueuedRecords.module(name)
                      .filter(module -> module.isEmpty() || selection.hasModule(module))
                      .isPresent())
          .sorted()
          .toList();
    }

    private Set<String> existing() {
      try {
        return queues.existing(tenant);
      } catch (ManagementException e) {
        throw BrokerErrors.unavailable(e);
      }
    }

    /** Puts aside what comes from one queue, until nothing comes but what is younger. */
    private final class Reading implements Predicate<Delivery> {
      private final String queue;
      private final Instant begin;
      private long place;
      private int younger;

      Reading(String queue, long place, Instant begin) {
        this.queue = queue;
        this.place = place;
        this.begin = begin;
      }

      @Override
      public boolean test(Delivery delivery) {
        queued
            .record(tenant, queue, place++, delivery)
            .filter(selection::has)
            .ifPresent(spool::add);
        younger = Envelope.time(delivery.getProperties()).isAfter(begin) ? younger + 1 : 0;
        return younger < YOUNGER;
      }
    }
  }
}
