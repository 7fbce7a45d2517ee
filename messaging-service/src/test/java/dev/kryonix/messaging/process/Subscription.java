package dev.kryonix.messaging.process;

import dev.kryonix.api.messaging.v1.Ack;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.FlowLimits;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A subscription, read by one thread. */
final class Subscription implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final BlockingClientCall<SubscribeRequest, SubscribeResponse> call;

  /** Deliveries that came while something else was awaited. */
  private final Deque<Delivery> early = new ArrayDeque<>();

  private Subscription(BlockingClientCall<SubscribeRequest, SubscribeResponse> call) {
    this.call = call;
  }

  /** Subscribes, and waits until the subscription stands. */
  static Subscription open(Channel channel, CallCredentials caller, SubscribeStart start)
      throws InterruptedException, StatusException, TimeoutException {
    Subscription subscription =
        new Subscription(
            MessagingServiceGrpc.newBlockingV2Stub(channel)
                .withCallCredentials(caller)
                .subscribe());
    subscription.call.write(SubscribeRequest.newBuilder().setStart(start).build());
    subscription.await(SubscribeResponse::hasStarted);
    return subscription;
  }

  /** The next delivery. */
  Delivery next() throws InterruptedException, StatusException, TimeoutException {
    return early.isEmpty() ? await(SubscribeResponse::hasDelivery).getDelivery() : early.remove();
  }

  /** Waits until the server says that deliveries pause. */
  void awaitThrottle() throws InterruptedException, StatusException, TimeoutException {
    await(SubscribeResponse::hasThrottle);
  }

  /** Waits until the server says that it is there. */
  void awaitKeepAlive() throws InterruptedException, StatusException, TimeoutException {
    await(SubscribeResponse::hasKeepAlive);
  }

  /** Changes how much may be outstanding. */
  void limit(int messages) throws InterruptedException, StatusException, TimeoutException {
    call.write(
        SubscribeRequest.newBuilder()
            .setFlowLimits(FlowLimits.newBuilder().setMaxMessages(messages))
            .build());
  }

  /** Whether nothing is delivered for that long. */
  boolean isQuiet(Duration time) throws InterruptedException, StatusException {
    long deadline = System.nanoTime() + time.toNanos();
    while (early.isEmpty()) {
      try {
        SubscribeResponse response = call.read(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (response == null) {
          throw new IllegalStateException("the subscription has ended");
        }
        if (response.hasDelivery()) {
          early.add(response.getDelivery());
        }
      } catch (TimeoutException e) {
        return true;
      }
    }
    return false;
  }

  /** Waits until the server ends the stream. */
  void awaitEnd() throws InterruptedException, StatusException, TimeoutException {
    await(response -> false);
  }

  SettlementOutcome acknowledge(Delivery delivery)
      throws InterruptedException, StatusException, TimeoutException {
    return settle(
        delivery,
        SubscribeRequest.newBuilder()
            .setAck(Ack.newBuilder().addAckTokens(delivery.getAckToken())));
  }

  /** Acknowledges each in a request of its own, all at once, and says that nothing follows. */
  End acknowledgeAndEnd(List<Delivery> deliveries)
      throws InterruptedException, StatusException, TimeoutException {
    acknowledgeUnanswered(deliveries);
    call.halfClose();
    return readToEnd();
  }

  /** As {@link #acknowledgeAndEnd}, but that what follows is refused. */
  End acknowledgeAndStartAgain(List<Delivery> deliveries)
      throws InterruptedException, StatusException, TimeoutException {
    acknowledgeUnanswered(deliveries);
    call.write(
        SubscribeRequest.newBuilder()
            .setStart(SubscribeStart.newBuilder().addSources("*.*"))
            .build());
    return readToEnd();
  }

  /** What came of settlements until the server ended the stream, and how it did. */
  record End(List<SettlementOutcome> outcomes, Status status) {}

  private void acknowledgeUnanswered(List<Delivery> deliveries)
      throws InterruptedException, StatusException, TimeoutException {
    for (Delivery each : deliveries) {
      call.write(
          SubscribeRequest.newBuilder()
              .setAck(Ack.newBuilder().addAckTokens(each.getAckToken()))
              .build());
    }
  }

  private End readToEnd() throws InterruptedException, TimeoutException {
    List<SettlementOutcome> outcomes = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      SubscribeResponse response = call.read(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      while (response != null) {
        response.getResults().getResultsList().stream()
            .map(SettlementResult::getOutcome)
            .forEach(outcomes::add);
        response = call.read(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return new End(outcomes, Status.OK);
    } catch (StatusException e) {
      return new End(outcomes, e.getStatus());
    }
  }

  SettlementOutcome giveBack(Delivery delivery, NackAction action)
      throws InterruptedException, StatusException, TimeoutException {
    return settle(delivery, Nack.newBuilder().setAction(action).build());
  }

  /** Gives the delivery back as the nack says, which names no delivery itself. */
  SettlementOutcome settle(Delivery delivery, Nack nack)
      throws InterruptedException, StatusException, TimeoutException {
    return settle(
        delivery,
        SubscribeRequest.newBuilder()
            .setNack(nack.toBuilder().addAckTokens(delivery.getAckToken())));
  }

  private SettlementOutcome settle(Delivery delivery, SubscribeRequest.Builder request)
      throws InterruptedException, StatusException, TimeoutException {
    call.write(request.build());
    SubscribeResponse response =
        await(
            each ->
                each.getResults().getResultsList().stream()
                    .map(SettlementResult::getAckToken)
                    .anyMatch(delivery.getAckToken()::equals));
    return response.getResults().getResults(0).getOutcome();
  }

  private SubscribeResponse await(Predicate<SubscribeResponse> wanted)
      throws InterruptedException, StatusException, TimeoutException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      SubscribeResponse response = call.read(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (response == null) {
        throw new IllegalStateException("the subscription has ended");
      }
      if (wanted.test(response)) {
        return response;
      }
      if (response.hasDelivery()) {
        early.add(response.getDelivery());
      }
    }
  }

  @Override
  public void close() {
    call.cancel("done", null);
  }
}
