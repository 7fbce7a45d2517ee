package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Snapshots.footer;
import static dev.kryonix.messaging.process.Snapshots.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.DeadLetter;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.Message;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PurgeQueueRequest;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.ImportHeader;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.RecordKey;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.kit.streams.StreamReader;
import dev.kryonix.kit.streams.StreamSender;
import dev.kryonix.messaging.broker.ManagementApi;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What lies in queues, in the dead letters and in the history, copied and brought back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MessagesInSnapshotsIT {
  private static final String CREATE = "crm.leads.create";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Messaging messaging;
  private final Snapshots snapshots;
  private DesiredTenant tenant;

  MessagesInSnapshotsIT(@TempDir Path folder) throws IOException, JOSEException {
    // Nobody else takes dead letters in meanwhile.
    messaging = new Messaging(folder, Map.of("KRYONIX_DEAD_LETTERS_SWEEP", "1h"));
    snapshots = new Snapshots(messaging);
  }

  @BeforeEach
  void newTenant() {
    tenant = messaging.newTenant();
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aCopyTakesNothingAndKeepsTheOrder() throws Exception {
    List<String> ids = publish(tenant, 300);
    DesiredTenant other = messaging.newTenant();
    publish(other, 3);

    assertThat(records(snapshots.export(tenant), "queued")).hasSize(300);
    assertThat(records(snapshots.export(tenant), "queued")).hasSize(300);

    await().atMost(PATIENCE).until(() -> messaging.ready(tenant, CREATE) == 300);
    assertThat(taken(tenant, 300)).extracting(Message::getMessageId).isEqualTo(ids);
    try (Subscription subscription = messaging.subscribe(other, CREATE)) {
      assertThat(subscription.next().getRedelivered()).isFalse();
    }
  }

  /** Contents, lanes, attributes and keys of many kinds; the seed is in the name of a failure. */
  @Test
  void whatComesBackIsWhatWasThere() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<PublishRequest> sent = IntStream.range(0, 60).mapToObj(i -> any(random, i)).toList();
    for (PublishRequest request : sent) {
      messaging.stub(tenant).publish(request);
    }
    List<ExportResponse> copy = snapshots.export(tenant);
    List<Record> before = records(copy, "queued");
    assertThat(before).as("seed " + seed).hasSize(60);
    deleteQueues();

    ImportResponse imported = snapshots.restore(tenant, copy);

    assertThat(imported.getCountsMap()).containsEntry("queued", 60L);
    List<Message> messages = taken(tenant, 60);
    assertThat(messages)
        .as("seed " + seed)
        .extracting(MessagesInSnapshotsIT::content)
        .containsExactlyInAnyOrderElementsOf(
            sent.stream().map(MessagesInSnapshotsIT::content).toList());
    assertThat(ordered(messages))
        .as("seed " + seed)
        .isEqualTo(ordered(sent.stream().map(MessagesInSnapshotsIT::message).toList()));
  }

  @Test
  void anImportThatIsRepeatedPutsEachMessageBackOnce() throws Exception {
    publish(tenant, 20);
    List<ExportResponse> copy = snapshots.export(tenant);
    purge();
    ImportHeader header = Snapshots.header(tenant, "again").build();

    ImportResponse first = snapshots.restore(header, copy, footer(copy));
    assertThat(snapshots.restore(header, copy, footer(copy))).isEqualTo(first);
    // Another import of the same messages finds them in their queue.
    snapshots.restore(tenant, copy);

    // What the import found there is given back just before its answer.
    await().untilAsserted(() -> assertThat(messaging.ready(tenant, CREATE)).isEqualTo(20));
    assertThat(staged()).isZero();
  }

  @Test
  void anImportThatBreaksOffBringsNothing() throws Exception {
    publish(tenant, 300);
    List<ExportResponse> copy = snapshots.export(tenant);
    purge();

    try (StreamSender<ImportRequest, ImportResponse> sender = snapshots.sender()) {
      sender.send(ImportRequest.newBuilder().setHeader(Snapshots.header(tenant, "broken")).build());
      for (Record record : records(copy)) {
        sender.send(ImportRequest.newBuilder().setRecord(record).build());
      }
    }

    await().atMost(PATIENCE).until(() -> staged() == 0);
    assertThat(messaging.ready(tenant, CREATE)).isZero();
    snapshots.restore(Snapshots.header(tenant, "broken").build(), copy, footer(copy));
    await().untilAsserted(() -> assertThat(messaging.ready(tenant, CREATE)).isEqualTo(300));
  }

  @Test
  void anExportThatBreaksOffGoesOnWhereItWas() throws Exception {
    publish(tenant, 200);
    List<Record> whole = records(snapshots.export(tenant));
    List<Record> read = new ArrayList<>();
    String position;
    try (StreamReader<ExportResponse> reader = snapshots.reader(Snapshots.of(tenant).build())) {
      position = reader.next().getHeader().getPosition();
      for (int i = 0; i < 50; i++) {
        read.add(reader.next().getRecord());
      }
    }
    purge();
    Record last = read.getLast();
    RecordKey after =
        RecordKey.newBuilder().setCollection(last.getCollection()).setKey(last.getKey()).build();

    List<ExportResponse> rest =
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(
                () -> {
                  List<ExportResponse> found = new ArrayList<>();
                  try (StreamReader<ExportResponse> reader =
                      snapshots.reader(
                          Snapshots.of(tenant)
                              .setPosition(position)
                              .setResumeAfter(after)
                              .build())) {
                    reader.forEachRemaining(found::add);
                  }
                  return found;
                },
                found -> !found.isEmpty());

    read.addAll(records(rest));
    assertThat(read).isEqualTo(whole);
  }

  @Test
  void attemptsAndRetriesOutliveARestore() throws Exception {
    publish(tenant, 1);
    try (Subscription subscription = messaging.subscribe(tenant, CREATE)) {
      subscription.settle(
          subscription.next(),
          Nack.newBuilder()
              .setAction(NackAction.NACK_ACTION_RETRY)
              .setError("the mail server is away")
              .setDelay(com.google.protobuf.Duration.newBuilder().setSeconds(30))
              .build());
    }
    List<ExportResponse> copy = snapshots.export(tenant);
    assertThat(records(copy, "queued")).hasSize(1);
    deleteQueues();

    snapshots.restore(tenant, copy);

    try (Subscription subscription = messaging.subscribe(tenant, CREATE)) {
      assertThat(subscription.isQuiet(Duration.ofSeconds(2))).isTrue();
      Delivery delivery = subscription.next();
      assertThat(delivery.getAttempt()).isEqualTo(2);
      assertThat(delivery.getRedelivered()).isTrue();
    }
  }

  @Test
  void deadLettersComeBackWithWhatTheyDiedOf() throws Exception {
    publish(tenant, 2);
    try (Subscription subscription = messaging.subscribe(tenant, CREATE)) {
      for (int i = 0; i < 2; i++) {
        subscription.settle(
            subscription.next(),
            Nack.newBuilder().setAction(NackAction.NACK_ACTION_DROP).setError("card 4711").build());
      }
    }
    List<DeadLetter> dead = deadLetters();
    assertThat(dead).hasSize(2);
    List<ExportResponse> copy = snapshots.export(tenant);
    Rows.change("DELETE FROM dead_letters WHERE tenant = ?", tenant.getId());

    snapshots.restore(tenant, copy);
    snapshots.restore(tenant, copy);

    assertThat(deadLetters()).isEqualTo(dead);
  }

  @Test
  void theHistoryComesBackWithItsTimesAndOnce() throws Exception {
    tenant = messaging.tenants().change(tenant, changed -> changed.setPlan("pro"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              publish(tenant, 1);
              replay(Instant.EPOCH);
            });
    List<String> early = publish(tenant, 30);
    Instant between = Instant.now().plusMillis(5);
    await().until(() -> Instant.now().isAfter(between.plusMillis(5)));
    List<String> late = publish(tenant, 30);
    List<ReplayResponse> before = replay(Instant.EPOCH);
    List<ExportResponse> copy = snapshots.export(tenant);
    // What is there already does not come twice.
    snapshots.restore(tenant, copy);
    assertThat(replay(Instant.EPOCH)).isEqualTo(before);
    Messaging.management()
        .delete(ManagementApi.path("queues", Messaging.vhost(tenant), "kryonix.history"));

    snapshots.restore(tenant, copy);
    List<String> since = publish(tenant, 2);

    assertThat(ids(replay(Instant.EPOCH))).containsAll(early).containsAll(late).containsAll(since);
    List<String> replayed = new ArrayList<>(late);
    replayed.addAll(since);
    assertThat(ids(replay(between))).isEqualTo(replayed);
    assertThat(replay(Instant.EPOCH).subList(0, before.size()))
        .extracting(ReplayResponse::getMessage)
        .isEqualTo(before.stream().map(ReplayResponse::getMessage).toList());
    ReplayRequest until =
        ReplayRequest.newBuilder()
            .addSources("crm.*")
            .setFromOffset(0)
            .setUntilTime(Timestamps.fromMillis(between.toEpochMilli()))
            .build();
    assertThat(ids(replay(until))).endsWith(early.toArray(String[]::new));
  }

  private List<ReplayResponse> replay(Instant from) throws JOSEException {
    return replay(
        ReplayRequest.newBuilder()
            .addSources("crm.*")
            .setFromTime(Timestamps.fromMillis(from.toEpochMilli()))
            .build());
  }

  private List<ReplayResponse> replay(ReplayRequest request) throws JOSEException {
    List<ReplayResponse> all = new ArrayList<>();
    messaging.stub(tenant).replay(request).forEachRemaining(all::add);
    return all;
  }

  private static List<String> ids(List<ReplayResponse> replayed) {
    return replayed.stream().map(each -> each.getMessage().getMessageId()).toList();
  }

  private List<DeadLetter> deadLetters() throws JOSEException {
    return messaging
        .stub(tenant)
        .listDeadLetters(ListDeadLettersRequest.getDefaultInstance())
        .getDeadLettersList();
  }

  private List<String> publish(DesiredTenant of, int count) throws Exception {
    List<PublishRequest> messages =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    PublishRequest.newBuilder()
                        .setModule("crm")
                        .setOperation("leads.create")
                        .setPriority(5)
                        .setData(ByteString.copyFromUtf8("n" + i))
                        .build())
            .toList();
    return PublishCalls.results(
            PublishCalls.stream(messaging.service().channel(), messaging.caller(of), messages))
        .stream()
        .map(result -> result.getPublished().getMessageId())
        .toList();
  }

  private static PublishRequest any(Random random, int number) {
    byte[] content = new byte[random.nextInt(4) == 0 ? 50_000 : random.nextInt(200)];
    if (random.nextBoolean()) {
      random.nextBytes(content);
    }
    PublishRequest.Builder request =
        PublishRequest.newBuilder()
            .setModule("crm")
            .setOperation(random.nextBoolean() ? "leads.create" : "leads.update")
            .setPriority(1 + random.nextInt(10))
            .setContentType("application/x-any")
            .putAttributes("number", Integer.toString(number))
            .setData(ByteString.copyFrom(content));
    if (random.nextInt(3) == 0) {
      request.setOrderingKey("key-" + random.nextInt(2));
    }
    if (random.nextInt(4) == 0) {
      request.setEndToEnd("theirs");
    }
    return request.build();
  }

  private static List<Object> content(PublishRequest sent) {
    return content(message(sent));
  }

  private static Message message(PublishRequest sent) {
    return Message.newBuilder()
        .setModule(sent.getModule())
        .setOperation(sent.getOperation())
        .setPriority(sent.getPriority())
        .setContentType(sent.getContentType())
        .putAllAttributes(sent.getAttributesMap())
        .setData(sent.getData())
        .setOrderingKey(sent.getOrderingKey())
        .build();
  }

  private static List<Object> content(Message message) {
    // What is delivered has the trace of its publish as well.
    Map<String, String> attributes = new HashMap<>(message.getAttributesMap());
    attributes.remove("traceparent");
    return List.of(
        message.getModule(),
        message.getOperation(),
        message.getPriority(),
        message.getContentType(),
        attributes,
        message.getData(),
        message.getOrderingKey());
  }

  /** Per operation and key, what came in which order. */
  private static List<String> ordered(List<Message> messages) {
    return messages.stream()
        .filter(message -> !message.getOrderingKey().isEmpty())
        .map(
            message ->
                message.getOperation()
                    + " "
                    + message.getOrderingKey()
                    + " "
                    + message.getAttributesOrThrow("number"))
        .collect(
            java.util.stream.Collectors.groupingBy(
                text -> text.substring(0, text.lastIndexOf(' ')),
                java.util.TreeMap::new,
                java.util.stream.Collectors.toList()))
        .values()
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  private List<Message> taken(DesiredTenant of, int count) throws Exception {
    List<Message> messages = new ArrayList<>();
    try (Subscription subscription = messaging.subscribe(of, "crm.*")) {
      while (messages.size() < count) {
        Delivery delivery = subscription.next();
        messages.add(delivery.getMessage());
        subscription.acknowledge(delivery);
      }
      assertThat(subscription.isQuiet(Duration.ofMillis(300))).isTrue();
    }
    return messages;
  }

  private long staged() throws SQLException {
    return Rows.number("SELECT count(*) FROM restored WHERE tenant = ?", tenant.getId());
  }

  private void purge() throws JOSEException {
    messaging.stub(tenant).purgeQueue(PurgeQueueRequest.newBuilder().setQueue(CREATE).build());
  }

  /** As if the broker had been set up anew. */
  private void deleteQueues() throws Exception {
    for (var queue :
        Messaging.management()
            .get(ManagementApi.path("queues", Messaging.vhost(tenant)))
            .orElseThrow()
            .getAsJsonArray()) {
      Messaging.management()
          .delete(
              ManagementApi.path(
                  "queues",
                  Messaging.vhost(tenant),
                  queue.getAsJsonObject().get("name").getAsString()));
    }
  }
}
