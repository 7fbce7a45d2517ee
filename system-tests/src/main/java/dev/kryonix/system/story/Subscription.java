package dev.kryonix.system.story;

import dev.kryonix.api.messaging.v1.Ack;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A subscription over gRPC, read by one thread. */
public final class Subscription implements AutoCloseable {
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(30);

  private final BlockingClientCall<SubscribeRequest, SubscribeResponse> call;
  // Deliveries that came while something else was awaited.
  private final Deque<Delivery> early = new ArrayDeque<>();

  private Subscription(BlockingClientCall<SubscribeRequest, SubscribeResponse> call) {
    this.call = call;
  }

  /** Subscribes to the queues of a pattern, such as {@code agendamento.*}. */
  public static Subscription open(Channel channel, String source)
      throws InterruptedException, StatusException, TimeoutException {
    Subscription subscription =
        new Subscription(MessagingServiceGrpc.newBlockingV2Stub(channel).subscribe());
    subscription.call.write(
        SubscribeRequest.newBuilder()
            .setStart(SubscribeStart.newBuilder().addSources(source).setJsonPayloads(true))
            .build());
    SubscribeResponse first = subscription.read(System.nanoTime() + STARTED_WITHIN.toNanos());
    if (!first.hasStarted()) {
      throw new IllegalStateException("the subscription began with " + first.getItemCase());
    }
    return subscription;
  }

  /** The next delivery; fails when none comes within the time. */
  public Delivery next(Duration within)
      throws InterruptedException, StatusException, TimeoutException {
    if (!early.isEmpty()) {
      return early.remove();
    }
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      SubscribeResponse response = read(deadline);
      if (response.hasDelivery()) {
        return response.getDelivery();
      }
    }
  }

  /** Acknowledges a delivery and awaits the outcome. */
  public SettlementOutcome acknowledge(Delivery delivery)
      throws InterruptedException, StatusException, TimeoutException {
    call.write(
        SubscribeRequest.newBuilder()
            .setAck(Ack.newBuilder().addAckTokens(delivery.getAckToken()))
            .build());
    long deadline = System.nanoTime() + SETTLED_WITHIN.toNanos();
    while (true) {
      SubscribeResponse response = read(deadline);
      if (response.hasDelivery()) {
        early.add(response.getDelivery());
      }
      for (SettlementResult result : response.getResults().getResultsList()) {
        if (result.getAckToken().equals(delivery.getAckToken())) {
          return result.getOutcome();
        }
      }
    }
  }

  private SubscribeResponse read(long deadline)
      throws InterruptedException, StatusException, TimeoutException {
    SubscribeResponse response = call.read(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    if (response == null) {
      throw new IllegalStateException("the subscription has ended");
    }
    return response;
  }

  @Override
  public void close() {
    call.cancel("done", null);
  }
}
