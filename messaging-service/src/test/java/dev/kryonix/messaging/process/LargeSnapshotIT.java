package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.kryonix.api.messaging.v1.PurgeQueueRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.kit.snapshot.Digest;
import dev.kryonix.kit.streams.StreamReader;
import dev.kryonix.kit.streams.StreamSender;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** More messages in a queue than the heap of the service can hold, copied and brought back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LargeSnapshotIT {
  private static final String QUEUE = "crm.leads.create";
  private static final String SMALL_HEAP = "-Xmx96m";
  private static final int MESSAGES = Integer.getInteger("kryonix.test.messages", 4_000);
  private static final int BYTES = 30 * 1024;

  private Messaging messaging;
  private Snapshots snapshots;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    messaging = new Messaging(folder, Map.of("_JAVA_OPTIONS", SMALL_HEAP));
    snapshots = new Snapshots(messaging);
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aQueueLargerThanTheHeapIsCopiedAndComesBack() throws Exception {
    DesiredTenant tenant = messaging.newTenantOfQueueDepth(2 * MESSAGES);
    messaging.publish(tenant);
    fill(tenant);
    List<Record> copy = new ArrayList<>();
    try (StreamReader<ExportResponse> reader = snapshots.reader(Snapshots.of(tenant).build())) {
      reader.forEachRemaining(
          response -> {
            if (response.hasRecord()) {
              copy.add(response.getRecord());
            }
          });
    }
    assertThat(copy)
        .filteredOn(record -> record.getCollection().equals("queued"))
        .hasSize(MESSAGES + 1);
    messaging.stub(tenant).purgeQueue(PurgeQueueRequest.newBuilder().setQueue(QUEUE).build());

    Digest digest = new Digest();
    try (StreamSender<ImportRequest, ImportResponse> sender = snapshots.sender()) {
      sender.send(ImportRequest.newBuilder().setHeader(Snapshots.header(tenant, "large")).build());
      for (Record record : copy) {
        digest.add(record);
        sender.send(ImportRequest.newBuilder().setRecord(record).build());
      }
      sender.send(ImportRequest.newBuilder().setFooter(digest.footer()).build());
      sender.finish();
    }

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> messaging.ready(tenant, QUEUE) == MESSAGES + 1);
  }

  /** Of a kind that the service passes through, since only the service can seal. */
  private void fill(DesiredTenant tenant) throws Exception {
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant));
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      for (int i = 0; i < MESSAGES; i++) {
        channel.basicPublish(
            "",
            QUEUE,
            new BasicProperties.Builder()
                .messageId("large-" + i)
                .type(QUEUE)
                .deliveryMode(2)
                .headers(Map.of("kx-e2e", "theirs", "kx-time", Instant.now().toEpochMilli()))
                .build(),
            content);
        if (i % 500 == 0) {
          channel.waitForConfirmsOrDie(30_000);
        }
      }
      channel.waitForConfirmsOrDie(30_000);
    }
  }
}
