package dev.kryonix.messaging.deadletter;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersResponse;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.deadletter.DeadLetterStore.Claimed;
import dev.kryonix.messaging.deadletter.DeadLetterStore.Claiming;
import dev.kryonix.messaging.deadletter.RunStore.Run;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.publish.Outcome;
import dev.kryonix.messaging.publish.PublishErrors;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.Mover;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One redrive: publishes dead letters to their queues again, the oldest first, at a rate. A dead
 * letter is claimed, published, and removed when the broker has confirmed it; who dies in between
 * leaves it to be published once more, under the same message id.
 */
final class Redrive {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final int BATCHES_PER_SECOND = 10;
  private static final int MOST_AT_ONCE = 100;
  private static final Duration TOLD_EVERY = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final DeadLetterStore store;
  private final RunStore runs;
  private final Autopsy autopsy;
  private final Mover mover;
  private final Order order;
  private final StreamWriter<RedriveDeadLettersResponse> writer;
  private Optional<Position> reached = Optional.empty();
  private long redriven;
  private long failed;
  private boolean waited;
  private long told = System.nanoTime();

  /**
   * What is to be done.
   *
   * @param filter which, not beyond the run's start
   * @param rate messages a second
   * @param most how many in all, those before this call included
   */
  record Order(TenantView tenant, Filter filter, int rate, long most, String requestId, Run run) {}

  Redrive(Redriving redriving, Order order, StreamWriter<RedriveDeadLettersResponse> writer) {
    this.store = redriving.store();
    this.runs = redriving.runs();
    this.autopsy = redriving.autopsy();
    this.mover = redriving.mover();
    this.order = order;
    this.writer = writer;
    this.redriven = order.run().taken();
  }

  /** Runs until all are done, the caller has left, or a queue is full. */
  void run() throws InterruptedException {
    Owner owner = Owner.of(order.tenant());
    int atOnce = Math.clamp(order.rate() / BATCHES_PER_SECOND, 1, MOST_AT_ONCE);
    long next = System.nanoTime();
    while (redriven < order.most() && !writer.isEnded()) {
      int most = (int) Math.min(atOnce, order.most() - redriven);
      List<Claimed> batch = store.claim(owner, order.filter(), reached, new Claiming(most, LEASE));
      if (batch.isEmpty()) {
        if (!awaitOthers(owner)) {
          break;
        }
        next = System.nanoTime();
        continue;
      }
      publish(owner, batch);
      tell();
      next += Duration.ofSeconds(batch.size()).toNanos() / order.rate();
      long pause = next - System.nanoTime();
      if (pause > 0) {
        Thread.sleep(Duration.ofNanos(pause));
      }
    }
    if (!writer.isEnded()) {
      if (!order.requestId().isEmpty()) {
        runs.add(owner, order.requestId(), 0, true);
      }
      writer.write(progress(true));
    }
  }

  /**
   * Waits for those that another redrive has, or an instance had that has died over it: what is
   * left then is tried from the beginning. Once only, as another redrive may wait for this one's.
   * False when there are none.
   */
  private boolean awaitOthers(Owner owner) throws InterruptedException {
    if (waited || !store.areClaimed(owner, order.filter())) {
      return false;
    }
    waited = true;
    do {
      Thread.sleep(LOOK);
      tell();
    } while (!writer.isEnded() && store.areClaimed(owner, order.filter()));
    reached = Optional.empty();
    failed = 0;
    return true;
  }

  private void publish(Owner owner, List<Claimed> batch) throws InterruptedException {
    List<String> published = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    List<String> others = new ArrayList<>(batch.stream().map(each -> each.message().id()).toList());
    try {
      for (Claimed claimed : batch) {
        DeadMessage message = claimed.message();
        if (writer.isEnded()) {
          return;
        }
        Optional<LiveQueue> queue =
            autopsy
                .queue(message.source())
                .filter(each -> Operations.has(order.tenant(), each.module()));
        if (queue.isPresent()) {
          others.remove(message.id());
          unknown.add(message.id());
          Outcome outcome = revive(claimed, queue.get());
          if (outcome != Outcome.LOST) {
            unknown.remove(message.id());
            (outcome == Outcome.CONFIRMED ? published : others).add(message.id());
          }
          if (outcome == Outcome.REFUSED) {
            tellLast();
            throw PublishErrors.queueFull(message.source());
          }
        }
        if (published.contains(message.id())) {
          redriven++;
        } else {
          failed++;
        }
        reached = Optional.of(DeadLetterStore.position(message));
      }
    } finally {
      store.settle(owner, published, unknown, others);
      if (!order.requestId().isEmpty()) {
        runs.add(owner, order.requestId(), published.size(), false);
      }
    }
  }

  private Outcome revive(Claimed claimed, LiveQueue queue) throws InterruptedException {
    DeadMessage message = claimed.message();
    BasicProperties properties =
        claimed.before() ? Envelope.again(message.properties()) : message.properties();
    try {
      return mover.revive(
          new Taken(order.tenant(), queue, message.source(), properties, message.body()));
    } catch (ServiceException e) {
      tellLast();
      throw e;
    }
  }

  private void tell() {
    if (System.nanoTime() - told >= TOLD_EVERY.toNanos()) {
      told = System.nanoTime();
      writer.write(progress(false));
    }
  }

  /** How far it came, before the stream ends with a refusal. */
  private void tellLast() {
    writer.write(progress(false));
  }

  private RedriveDeadLettersResponse progress(boolean done) {
    return RedriveDeadLettersResponse.newBuilder()
        .setMatched(order.run().matched())
        .setRedriven(redriven)
        .setFailed(failed)
        .setDone(done)
        .build();
  }
}
