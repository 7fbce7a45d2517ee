package dev.kryonix.messaging.snapshot;

import com.rabbitmq.client.Delivery;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.history.HistoryRecords;
import dev.kryonix.messaging.publish.HistoryMarks;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.snapshot.ImportStore.Claim;
import dev.kryonix.messaging.snapshot.ImportStore.Row;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the messages of switched imports back into the broker. What is there already, by its message
 * id, stays as it is. A message leaves the database when the broker has confirmed it; a process
 * that dies in between leaves the rest to any other, which looks first what is there. What a full
 * queue, a suspended tenant or a broker that is away does not take is tried again.
 */
@Singleton
final class Homecoming implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Homecoming.class);
  private static final int AT_ONCE = 64;
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration LATER = Duration.ofSeconds(5);
  private static final int ROUNDS_PER_CLEAN = 120;

  private final ImportStore store;
  private final TenantDirectory tenants;
  private final Publisher publisher;
  private final HistoryMarks marks;
  private final HistoryRecords histories;
  private final Operations operations;
  private final TenantConnections connections;
  private final TenantQueues queues;
  private final CopyTurn turn;
  private final Rounds rounds = new Rounds("homecoming", this::round);
  private int round;

  Homecoming(
      ImportStore store,
      TenantDirectory tenants,
      Publisher publisher,
      HistoryMarks marks,
      HistoryRecords histories,
      Operations operations,
      TenantConnections connections,
      TenantQueues queues,
      CopyTurn turn) {
    this.store = store;
    this.tenants = tenants;
    this.publisher = publisher;
    this.marks = marks;
    this.histories = histories;
    this.operations = operations;
    this.connections = connections;
    this.queues = queues;
    this.turn = turn;
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() throws InterruptedException {
    try {
      run();
      if (round++ % ROUNDS_PER_CLEAN == 0) {
        store.eraseLeft();
      }
    } catch (ServiceException e) {
      LOG.debug("what imports brought waits", e);
    }
    return LOOK;
  }

  /** Goes on with the imports that nobody is at, until there is none. */
  private void run() throws InterruptedException {
    for (Optional<Claim> next = store.claim(); next.isPresent(); next = store.claim()) {
      run(next.get());
    }
  }

  /** Puts back what an import brought, as far as that can be done now. */
  void run(Claim claim) throws InterruptedException {
    boolean ended = false;
    try {
      putBack(claim);
      store.end(claim);
      ended = true;
    } catch (ServiceException e) {
      LOG.info(
          "what an import of tenant {} brought goes back later: {}",
          claim.owner().id(),
          e.getMessage());
    } finally {
      if (!ended) {
        release(claim);
      }
    }
  }

  private void release(Claim claim) {
    try {
      store.release(claim, LATER);
    } catch (ServiceException e) {
      LOG.debug("the lease runs out by itself", e);
    }
  }

  private void putBack(Claim claim) throws InterruptedException {
    TenantView tenant =
        tenants
            .find(claim.owner().id(), claim.owner().uid())
            .filter(each -> each.serving() == Serving.SERVING)
            .orElseThrow(() -> CommonErrors.notServing("the tenant is not served"));
    // What is restored may have been lost, whatever was known of it.
    queues.forget(tenant.uid(), Names.HISTORY);
    if (!store.next(claim, HistoryRecords.COLLECTION, 1).isEmpty()) {
      if (histories.isKept(tenant)) {
        histories.ids(tenant, ids -> there(claim, HistoryRecords.COLLECTION, ids));
        all(claim, HistoryRecords.COLLECTION, row -> append(tenant, row));
      } else {
        LOG.info("tenant {} has no history any more: what a backup has of it goes", tenant.id());
        all(claim, HistoryRecords.COLLECTION, row -> CompletableFuture.completedFuture(true));
      }
    }
    List<String> names = store.queues(claim);
    if (!names.isEmpty()) {
      names.forEach(name -> queues.forget(tenant.uid(), name));
      turn.take(tenant, () -> leaveWhatIsThere(claim, tenant, names));
      all(claim, QueuedRecords.COLLECTION, row -> publish(tenant, row));
    }
  }

  private void leaveWhatIsThere(Claim claim, TenantView tenant, List<String> names)
      throws InterruptedException {
    try (HeldQueues held = HeldQueues.open(connections, tenant)) {
      List<String> ids = new ArrayList<>();
      for (String queue : names) {
        held.read(queue, delivery -> ids.add(id(delivery)));
      }
      there(claim, QueuedRecords.COLLECTION, ids);
    }
  }

  private static String id(Delivery delivery) {
    String id = delivery.getProperties().getMessageId();
    return id == null ? "" : id;
  }

  private void there(Claim claim, String collection, List<String> ids) {
    if (!store.areThere(claim, collection, ids)) {
      throw lost();
    }
  }

  /** Sends one message; true when it is where it belongs. */
  @FunctionalInterface
  private interface Way {
    CompletableFuture<Boolean> send(Row row) throws InterruptedException;
  }

  private void all(Claim claim, String collection, Way way) throws InterruptedException {
    for (List<Row> rows = store.next(claim, collection, AT_ONCE);
        !rows.isEmpty();
        rows = store.next(claim, collection, AT_ONCE)) {
      some(claim, rows, way);
    }
  }

  /** What has been confirmed is written down whatever becomes of the others. */
  private void some(Claim claim, List<Row> rows, Way way) throws InterruptedException {
    List<CompletableFuture<Boolean>> sent = new ArrayList<>();
    Optional<ServiceException> refusal = Optional.empty();
    try {
      for (Row row : rows) {
        sent.add(way.send(row));
      }
    } catch (ServiceException e) {
      refusal = Optional.of(e);
    }
    List<Row> back = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      if (isConfirmed(sent.get(i))) {
        back.add(rows.get(i));
      }
    }
    if (!store.isBack(claim, back)) {
      throw lost();
    }
    if (back.size() < rows.size()) {
      throw refusal.orElseGet(
          () -> CommonErrors.notServing("the broker does not take all of it for now"));
    }
  }

  private static boolean isConfirmed(CompletableFuture<Boolean> sent) throws InterruptedException {
    try {
      return sent.get();
    } catch (ExecutionException e) {
      LOG.debug("a message does not go back for now", e);
      return false;
    }
  }

  private CompletableFuture<Boolean> append(TenantView tenant, Row row) {
    return marks.append(tenant, row.packed());
  }

  private CompletableFuture<Boolean> publish(TenantView tenant, Row row)
      throws InterruptedException {
    Optional<LiveQueue> queue = operations.ofQueue(row.queue());
    if (queue.isEmpty()) {
      LOG.warn(
          "tenant {} has no operation any more for {}: a message goes", tenant.id(), row.queue());
      return CompletableFuture.completedFuture(true);
    }
    return publisher.republish(tenant, queue.get(), row.queue(), row.packed());
  }

  private static ServiceException lost() {
    return CommonErrors.notServing("another replica goes on with it");
  }
}
