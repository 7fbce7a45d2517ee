package dev.kryonix.messaging.faults;

import com.google.protobuf.Duration;
import dev.kryonix.api.messaging.v1.Ack;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Message;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What one tenant consumes, by a stream or by pulls. Most is acknowledged, some given back. */
final class Consuming {
  private static final List<String> SOURCES =
      List.of("crm.leads.create", "crm.leads.update", "agendamento.*");
  private static final Duration LEASE = Duration.newBuilder().setSeconds(60).build();
  private static final int MOST_PULLED = 10;
  private static final int DEADLINE_SECONDS = 20;
  private static final long READ_MILLIS = 500;
  private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Ground ground;
  private final DesiredTenant tenant;
  private final int who;
  private final Random random;
  private final Checks checks;
  private @Nullable BlockingClientCall<SubscribeRequest, SubscribeResponse> call;

  Consuming(Ground ground, DesiredTenant tenant, int who, Random random, Checks checks) {
    this.ground = ground;
    this.tenant = tenant;
    this.who = who;
    this.random = random;
    this.checks = checks;
  }

  /** Takes what comes next on the stream, which is opened again whenever it has ended. */
  void stream() throws Exception {
    try {
      BlockingClientCall<SubscribeRequest, SubscribeResponse> open = call;
      if (open == null) {
        open =
            MessagingServiceGrpc.newBlockingV2Stub(ground.channel(who))
                .withCallCredentials(ground.caller(tenant))
                .subscribe();
        open.write(
            SubscribeRequest.newBuilder()
                .setStart(SubscribeStart.newBuilder().addAllSources(SOURCES).setLease(LEASE))
                .build());
        call = open;
      }
      SubscribeResponse response = open.read(READ_MILLIS, TimeUnit.MILLISECONDS);
      if (response == null) {
        ended();
      } else if (response.hasDelivery()) {
        Delivery delivery = response.getDelivery();
        seen(delivery);
        Optional<Nack> nack = nack(delivery);
        SubscribeRequest.Builder answer = SubscribeRequest.newBuilder();
        nack.ifPresentOrElse(
            answer::setNack,
            () -> answer.setAck(Ack.newBuilder().addAckTokens(delivery.getAckToken())));
        open.write(answer.build(), READ_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException e) {
      // Nothing came.
    } catch (StatusException e) {
      Answers.of(e);
      ended();
    }
  }

  /** Pulls what there is, and settles it with a further call. */
  void pull() throws Exception {
    try {
      MessagingServiceGrpc.MessagingServiceBlockingStub stub =
          MessagingServiceGrpc.newBlockingStub(ground.channel(who))
              .withCallCredentials(ground.caller(tenant));
      List<Delivery> deliveries =
          stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .pull(
                  PullRequest.newBuilder()
                      .addAllSources(SOURCES)
                      .setMaxMessages(MOST_PULLED)
                      .setLease(LEASE)
                      .setWait(Duration.newBuilder().setSeconds(1))
                      .build())
              .getDeliveriesList();
      if (deliveries.isEmpty()) {
        return;
      }
      AcknowledgeRequest.Builder answer = AcknowledgeRequest.newBuilder();
      for (Delivery delivery : deliveries) {
        seen(delivery);
        nack(delivery)
            .ifPresentOrElse(answer::addNacks, () -> answer.addAckTokens(delivery.getAckToken()));
      }
      stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).acknowledge(answer.build());
    } catch (StatusRuntimeException e) {
      Answers.of(e);
      LockSupport.parkNanos(AFTER_FAILURE_NANOS);
    }
  }

  /** Ends the stream: what it holds comes back. */
  void close() {
    BlockingClientCall<SubscribeRequest, SubscribeResponse> open = call;
    if (open != null) {
      open.cancel("done", null);
    }
  }

  private void ended() {
    close();
    call = null;
    LockSupport.parkNanos(AFTER_FAILURE_NANOS);
  }

  private void seen(Delivery delivery) {
    String name = name(delivery.getMessage());
    String[] parts = name.split("/", -1);
    checks.isolation().seen(tenant.getId(), parts[0]);
    checks.queue().delivered(name, delivery.getRedelivered() || delivery.getAttempt() > 1);
    if (!delivery.getMessage().getOrderingKey().isEmpty()) {
      checks.order().delivered(parts[0] + "/" + parts[1], Long.parseLong(parts[2]));
    }
  }

  /** How the message was called when it was published; an altered one has no name. */
  static String name(Message message) {
    String text = message.getData().toStringUtf8();
    return text.substring(0, Math.max(0, text.indexOf(' ')));
  }

  /** At its first attempt only, so that no message dies of it. */
  private Optional<Nack> nack(Delivery delivery) {
    int dice = random.nextInt(100);
    if (delivery.getAttempt() > 1 || delivery.getRedelivered() || dice > 5) {
      return Optional.empty();
    }
    return Optional.of(
        Nack.newBuilder()
            .addAckTokens(delivery.getAckToken())
            .setAction(dice < 3 ? NackAction.NACK_ACTION_RETRY : NackAction.NACK_ACTION_REQUEUE)
            .build());
  }
}
