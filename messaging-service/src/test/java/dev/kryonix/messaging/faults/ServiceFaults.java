package dev.kryonix.messaging.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Ack;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.testkit.check.Outcome;
import dev.kryonix.testkit.check.TotalQueue;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Instances of the service are killed under load, and a consumer that holds messages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class ServiceFaults {
  private static final String UNCONSUMED = "tasks.assign";
  private static final int HELD = 20;
  private static final int READ_SECONDS = 30;
  private static final int PHASES = 4;
  private static final int MOST_PHASES = 20;

  private final Ground ground;

  ServiceFaults(@TempDir Path folder) throws IOException, JOSEException {
    ground = new Ground(folder, Cluster.settings());
  }

  @AfterAll
  void stop() throws InterruptedException {
    ground.stop();
  }

  @Test
  void nothingConfirmedIsLostDoubledOrOutOfOrderWhenInstancesAreKilledWhilePublishingAndConsuming()
      throws Exception {
    ground.addInstance();
    try (Load load = Load.start(ground, "instances killed")) {

      ground.killOldestInstance();
      load.awaitPhase();
      ground.addInstance();
      load.awaitPhase();
      ground.killOldestInstance();
      load.assertConverges();
      load.awaitPhase();
      load.finish();
    }
  }

  @Test
  void whatAKilledConsumerHeldComesBackAsItsNextAttemptAndOtherTenantsNoticeNothing()
      throws Exception {
    try (Load load = Load.start(ground, "consumer killed")) {
      DesiredTenant tenant = ground.messaging().newTenant();
      TotalQueue queue = new TotalQueue();
      awaitServed(tenant);
      for (int i = 0; i < HELD; i++) {
        publish(tenant, "held/" + i, queue);
      }

      try (Holder holder =
          Holder.start(
              ground.channel(0).authority(),
              ground.messaging().tenants().token(tenant, "messaging.subscribe"),
              "crm." + UNCONSUMED)) {
        holder.awaitHeld(HELD);
        load.checks().isolation().begin();
        holder.kill();
      }
      BlockingClientCall<SubscribeRequest, SubscribeResponse> call =
          MessagingServiceGrpc.newBlockingV2Stub(ground.channel(0))
              .withCallCredentials(ground.caller(tenant))
              .subscribe();
      call.write(
          SubscribeRequest.newBuilder()
              .setStart(SubscribeStart.newBuilder().addSources("crm." + UNCONSUMED))
              .build());
      while (!queue.missing().isEmpty()) {
        SubscribeResponse response = call.read(READ_SECONDS, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        if (response.hasDelivery()) {
          assertThat(response.getDelivery().getAttempt()).isEqualTo(2);
          queue.delivered(response.getDelivery().getMessage().getData().toStringUtf8(), true);
          call.write(
              SubscribeRequest.newBuilder()
                  .setAck(Ack.newBuilder().addAckTokens(response.getDelivery().getAckToken()))
                  .build());
        }
      }
      call.cancel("done", null);

      // Eight operations of bystanders are under way at a time, and feel one pause of the machine
      // together: of only some hundreds they are the slowest hundredth, of more they are not.
      for (int i = 0;
          i < PHASES || (i < MOST_PHASES && !load.checks().isolation().violations().isEmpty());
          i++) {
        load.awaitPhase();
      }
      load.finish();
      assertThat(load.checks().isolation().violations()).isEmpty();
    }
  }

  /** An instance that has just heard of a tenant refuses for a moment. */
  private void awaitServed(DesiredTenant tenant) {
    await()
        .ignoreExceptions()
        .until(
            () ->
                MessagingServiceGrpc.newBlockingStub(ground.channel(0))
                    .withCallCredentials(ground.caller(tenant))
                    .withDeadlineAfter(READ_SECONDS, TimeUnit.SECONDS)
                    .publish(
                        PublishRequest.newBuilder()
                            .setModule("crm")
                            .setOperation("leads.create")
                            .build())
                    .hasPublishTime());
  }

  private void publish(DesiredTenant tenant, String name, TotalQueue queue) throws Exception {
    queue.publishing(name);
    MessagingServiceGrpc.newBlockingStub(ground.channel(0))
        .withCallCredentials(ground.caller(tenant))
        .withDeadlineAfter(READ_SECONDS, TimeUnit.SECONDS)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation(UNCONSUMED)
                .setPriority(5)
                .setData(ByteString.copyFromUtf8(name))
                .build());
    queue.published(name, Outcome.OK);
  }
}
