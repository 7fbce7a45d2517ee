package dev.kryonix.messaging.snapshot;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.RecordKey;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.kit.snapshot.ChangeLog;
import dev.kryonix.kit.snapshot.ChangeTail;
import dev.kryonix.kit.snapshot.SnapshotErrors;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.deadletter.DeadLetterRecords;
import dev.kryonix.messaging.history.HistoryRecords;
import dev.kryonix.messaging.history.HistoryTail;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleRecords;
import dev.kryonix.messaging.snapshot.ChangeStore.Entry;
import dev.kryonix.messaging.snapshot.ChangeStore.Log;
import dev.kryonix.messaging.snapshot.ChangeStore.Page;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes of what the service keeps of tenants: scheduled messages, dead letters, queues and
 * bindings, and what is appended to the history. Messages that come into a queue and go are not
 * among them: that is what queues are for.
 *
 * <p>The history is the broker's own log. What is read of it gets the time up to which the other
 * changes are closed by then, so that all changes come in the order of their times.
 *
 * <p>Queues and bindings are the broker's, which tells of changes to nobody in particular: while a
 * tenant is followed the broker is asked, and the time of such a change is when it was found.
 */
@Singleton
final class MessagingChanges implements ChangeLog, Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(MessagingChanges.class);

  /** Each may be a mebibyte. */
  private static final int AT_ONCE = 16;

  private static final long LOOK_MILLIS = 250;

  private final ChangeStore store;
  private final Definitions definitions;
  private final ScheduleRecords schedules;
  private final DeadLetterRecords deadLetters;
  private final HistoryRecords histories;
  private final TenantDirectory tenants;
  private final SnapshotConfig config;
  private final Rounds rounds = new Rounds("changes-sweep", this::sweep);

  MessagingChanges(
      ChangeStore store,
      Definitions definitions,
      ScheduleRecords schedules,
      DeadLetterRecords deadLetters,
      HistoryRecords histories,
      TenantDirectory tenants,
      SnapshotConfig config) {
    this.store = store;
    this.definitions = definitions;
    this.schedules = schedules;
    this.deadLetters = deadLetters;
    this.histories = histories;
    this.tenants = tenants;
    this.config = config;
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration sweep() {
    try {
      store.dropOlderThan(config.changesKept());
    } catch (ServiceException e) {
      LOG.debug("old changes stay for now", e);
    }
    return config.sweep();
  }

  /** The position now; from here on changes are written down. */
  LogPosition now(TenantView tenant) {
    Owner owner = Owner.of(tenant);
    store.open(owner);
    store.define(owner, definitions(tenant));
    Log log = store.open(owner);
    return new LogPosition(log.id(), log.last(), LogPosition.NO_HISTORY);
  }

  @Override
  public ChangeTail tail(TenantId tenant, TenantUid uid, String position) {
    LogPosition from =
        LogPosition.parse(SnapshotPosition.parse(position).changes())
            .orElseThrow(
                () -> CommonErrors.invalidField("position", "is none of an export or a change"));
    Tail tail = new Tail(view(tenant, uid), from);
    tail.check(tail.page());
    return tail;
  }

  private TenantView view(TenantId tenant, TenantUid uid) {
    return tenants
        .find(tenant, uid)
        .orElseThrow(() -> CommonErrors.notFound("tenant", tenant.value()));
  }

  private List<Record> definitions(TenantView tenant) {
    List<Record> all = new ArrayList<>();
    definitions.bindings(tenant.id()).forEach(each -> all.add(DefinitionRecords.record(each)));
    definitions.queues(tenant.id()).forEach(each -> all.add(DefinitionRecords.record(each)));
    return all;
  }

  private final class Tail implements ChangeTail {
    private final Owner owner;
    private final HistoryTail history;

    /** What has been read of the history and not been told yet. */
    private final List<Appended> appended = new ArrayList<>();

    private LogPosition at;
    private Instant closed = Instant.MIN;
    private long nextDefinitions = System.nanoTime();

    /** A record of the history and its offset. */
    private record Appended(Record record, long offset) {}

    Tail(TenantView tenant, LogPosition from) {
      this.owner = Owner.of(tenant);
      this.at = from;
      this.history = histories.follow(from.history());
    }

    @Override
    public Batch next(Duration patience) throws InterruptedException {
      long end = System.nanoTime() + patience.toNanos();
      long wait = 0;
      while (true) {
        // As it is now: its keys may have changed.
        TenantView tenant = view(owner.id(), owner.uid());
        lookAtTheBroker(tenant);
        lookAtTheHistory(tenant, wait);
        Page page = page();
        check(page);
        Batch batch = batch(tenant, page);
        if (!batch.changes().isEmpty() || System.nanoTime() > end) {
          return batch;
        }
        wait = LOOK_MILLIS;
      }
    }

    private void lookAtTheHistory(TenantView tenant, long millis) throws InterruptedException {
      long wait = millis;
      while (appended.size() < AT_ONCE) {
        Optional<Record> record = history.next(tenant, wait);
        if (record.isEmpty()) {
          return;
        }
        appended.add(new Appended(record.get(), history.last()));
        wait = 0;
      }
    }

    /** Changes that wait behind these are of a time that is not closed. */
    private Batch batch(TenantView tenant, Page page) {
      List<Change> changes = new ArrayList<>();
      for (Entry entry : page.entries()) {
        change(tenant, entry).ifPresent(changes::add);
        at = at.at(entry.place());
      }
      if (at.place() != page.log().last()) {
        return new Batch(changes, Optional.empty());
      }
      if (page.log().closed().isAfter(closed)) {
        closed = page.log().closed();
        for (Appended each : appended) {
          at = at.withHistory(each.offset);
          changes.add(
              Change.newBuilder()
                  .setPosition(at.text())
                  .setCommitTime(timestamp(closed))
                  .setPut(each.record)
                  .build());
        }
        appended.clear();
      }
      return new Batch(changes, Optional.of(page.log().closed()));
    }

    Page page() {
      return store
          .after(owner, at.place(), AT_ONCE)
          .orElseThrow(() -> SnapshotErrors.positionLost("messaging"));
    }

    /** Whether the log is still the one that the position is of, and holds what follows it. */
    void check(Page page) {
      Log log = page.log();
      if (!log.id().equals(at.log()) || at.place() < log.dropped()) {
        throw SnapshotErrors.positionLost("messaging");
      }
      if (at.place() > log.last()) {
        throw CommonErrors.invalidField("position", "is none of an export or a change");
      }
    }

    private void lookAtTheBroker(TenantView tenant) {
      if (System.nanoTime() - nextDefinitions < 0) {
        return;
      }
      nextDefinitions = System.nanoTime() + config.definitionsEvery().toNanos();
      try {
        store.define(owner, definitions(tenant));
      } catch (ServiceException e) {
        LOG.debug("the broker is away: queues and bindings are looked at later", e);
      }
    }

    private Optional<Change> change(TenantView tenant, Entry entry) {
      Change.Builder change =
          Change.newBuilder()
              .setPosition(at.at(entry.place()).text())
              .setCommitTime(timestamp(entry.time()));
      if (entry.gone()) {
        return Optional.of(
            change
                .setDelete(
                    RecordKey.newBuilder().setCollection(entry.collection()).setKey(entry.key()))
                .build());
      }
      return record(tenant, entry).map(record -> change.setPut(record).build());
    }

    private Optional<Record> record(TenantView tenant, Entry entry) {
      return switch (entry.collection()) {
        case ScheduleRecords.COLLECTION -> schedules.changed(tenant, entry.place());
        case DeadLetterRecords.COLLECTION -> deadLetters.changed(tenant, entry.place());
        default -> store.definition(owner, entry);
      };
    }

    @Override
    public void close() {
      history.close();
    }
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
