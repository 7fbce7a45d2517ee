package dev.kryonix.messaging.subscribe;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.KeepAlive;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.api.messaging.v1.SettlementResults;
import dev.kryonix.api.messaging.v1.Started;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.Throttle;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.topology.LiveQueue;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One subscription, from its start to its end, written by one thread: deliveries as the limits
 * allow, results of settlements, keep-alives. While the broker is away it pauses, says so, and goes
 * on when the broker is back; deliveries from before are then stale.
 */
final class Subscription {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration LANES_LOOK = Duration.ofSeconds(2);
  private static final Duration DRAIN_LOOK = Duration.ofMillis(50);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Subscribing subscribing;
  private final Principal caller;
  private final SubscriptionStart start;
  private final Runnable resultsWritten;

  /** Holds the results of few requests: another is asked for when they are written. */
  private final Queue<List<SettlementResult>> results = new ConcurrentLinkedQueue<>();

  private final Consumption consumption;
  private volatile boolean ended;
  private volatile @Nullable ServiceException refusal;
  private TenantView checked;
  private long nextLanesLook;
  private long lastWrite;

  Subscription(
      Subscribing subscribing, Principal caller, SubscriptionStart start, Runnable resultsWritten) {
    this.subscribing = subscribing;
    this.caller = caller;
    this.start = start;
    this.resultsWritten = resultsWritten;
    this.checked = subscribing.tenants().require(caller);
    this.consumption = new Consumption(subscribing, checked, start);
  }

  /** Tells the client what its settlements came to. */
  void answer(List<SettlementResult> outcome) {
    results.add(outcome);
    consumption.wake();
  }

  void limit(Limits limits) {
    consumption.limit(limits);
  }

  /** Ends the subscription; what is unsettled goes back. */
  void end() {
    ended = true;
    consumption.wake();
  }

  /** As {@link #end}, because the client has asked for what it may not. */
  void refuse(ServiceException why) {
    refusal = why;
    end();
  }

  /** Writes until the end; what was settled before it has its results. */
  void write(StreamWriter<SubscribeResponse> writer) throws InterruptedException {
    try {
      consumption.refresh();
      nextLanesLook = System.nanoTime() + LANES_LOOK.toNanos();
      send(writer, SubscribeResponse.newBuilder().setStarted(started()));
      while (!ended && !writer.isEnded()) {
        TenantView tenant = stillServed();
        writeResults(writer);
        subscribing.drain().check(consumption.allowance().isEmpty());
        if (subscribing.drain().hasBegun()) {
          Thread.sleep(DRAIN_LOOK);
        } else if (followBroker(writer)) {
          Arrival arrival = consumption.next(LOOK.toMillis());
          if (arrival != null) {
            deliver(writer, tenant, arrival);
          }
        }
        keepAlive(writer);
      }
      writeResults(writer);
    } catch (ServiceException e) {
      consumption.release();
      writeResults(writer);
      throw e;
    } finally {
      consumption.close();
    }
    ServiceException why = refusal;
    if (why != null) {
      throw why;
    }
  }

  /** The tenant, while it is served and has all modules of the subscription. */
  private TenantView stillServed() {
    TenantView tenant = SubscribeErrors.stillServed(subscribing.tenants(), caller);
    if (tenant != checked) {
      subscribing.operations().requireModules(tenant, start.queues());
      checked = tenant;
    }
    return tenant;
  }

  private Started started() {
    return Started.newBuilder()
        .addAllQueues(start.queues().stream().map(LiveQueue::name).sorted().toList())
        .setFlowLimits(start.limits().toProto())
        .setLease(Durations.fromMillis(start.lease().toMillis()))
        .build();
  }

  private void writeResults(StreamWriter<SubscribeResponse> writer) {
    for (List<SettlementResult> each = results.poll(); each != null; each = results.poll()) {
      send(
          writer,
          SubscribeResponse.newBuilder()
              .setResults(SettlementResults.newBuilder().addAllResults(each)));
      resultsWritten.run();
    }
  }

  /** Joins new lanes from time to time, and the broker again when it has gone; false to pause. */
  private boolean followBroker(StreamWriter<SubscribeResponse> writer) throws InterruptedException {
    boolean due = consumption.hasNewLanes() || System.nanoTime() - nextLanesLook > 0;
    if (consumption.isOpen() && !due) {
      return true;
    }
    try {
      consumption.refresh();
      nextLanesLook = System.nanoTime() + LANES_LOOK.toNanos();
      return true;
    } catch (ServiceException e) {
      if (e.code() != Code.UNAVAILABLE) {
        throw e;
      }
      nextLanesLook = System.nanoTime() + LANES_LOOK.toNanos();
      if (consumption.isOpen()) {
        return true;
      }
      send(
          writer,
          SubscribeResponse.newBuilder()
              .setThrottle(
                  Throttle.newBuilder()
                      .setRetryAfter(Durations.fromMillis(PAUSE.toMillis()))
                      .setReason(e.reasonName())));
      Thread.sleep(PAUSE);
      return false;
    }
  }

  private void deliver(StreamWriter<SubscribeResponse> writer, TenantView tenant, Arrival arrival) {
    Optional<StoredMessage> message = subscribing.opening().open(arrival);
    if (message.isPresent()) {
      long id = consumption.hold(arrival);
      send(
          writer,
          SubscribeResponse.newBuilder()
              .setDelivery(
                  DeliveryProtos.delivery(arrival, message.get(), start)
                      .setAckToken(
                          subscribing.tokens().issue(tenant, arrival.channel().epoch(), id))));
    }
  }

  private void keepAlive(StreamWriter<SubscribeResponse> writer) {
    if (System.nanoTime() - lastWrite > start.keepAlive().toNanos()) {
      send(
          writer,
          SubscribeResponse.newBuilder()
              .setKeepAlive(
                  KeepAlive.newBuilder()
                      .setTime(Timestamps.fromMillis(Instant.now().toEpochMilli()))));
    }
  }

  private void send(StreamWriter<SubscribeResponse> writer, SubscribeResponse.Builder response) {
    writer.write(response.build());
    lastWrite = System.nanoTime();
  }
}
