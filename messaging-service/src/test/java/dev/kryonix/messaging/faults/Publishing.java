package dev.kryonix.messaging.faults;

import com.google.protobuf.ByteString;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.process.PublishCalls;
import dev.kryonix.testkit.check.Outcome;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What one tenant publishes, in one of the ways there are. A message's name, which is its payload's
 * beginning, says whose it is, and of an ordered one its key and number.
 */
final class Publishing {
  private static final List<String[]> OPERATIONS =
      List.of(
          new String[] {"crm", "leads.create"},
          new String[] {"crm", "leads.update"},
          new String[] {"agendamento", "reminders.send"});
  private static final int KEYS = 3;
  private static final int BATCH = 20;
  private static final int MOST_PADDING = 2000;
  private static final int DEADLINE_SECONDS = 20;
  private static final int MOST_REPETITIONS = 20;

  /** A pace that leaves the machine time for what is tested. */
  private static final Duration PACE = Duration.ofMillis(10);

  private static final Duration AFTER_REFUSAL = Duration.ofMillis(100);

  private final Ground ground;
  private final DesiredTenant tenant;
  private final int who;
  private final Random random;
  private final Checks checks;
  private final AtomicLong confirmed;
  private long count;

  Publishing(
      Ground ground,
      DesiredTenant tenant,
      int who,
      Random random,
      Checks checks,
      AtomicLong confirmed) {
    this.ground = ground;
    this.tenant = tenant;
    this.who = who;
    this.random = random;
    this.checks = checks;
    this.confirmed = confirmed;
  }

  /** One message of any priority to any operation, a third of them with a request_id. */
  void loose() throws Exception {
    String name = name("loose", ++count);
    PublishRequest.Builder message = message(name);
    if (random.nextInt(3) == 0) {
      message.setRequestId(name);
    }
    publish(name, message.build());
  }

  /** The next message of one of the keys, half of which have request_ids. */
  void ordered() throws Exception {
    long number = ++count;
    String key = "key" + number % KEYS;
    String name = name(key, number);
    PublishRequest.Builder message =
        message(name).setModule("crm").setOperation("leads.create").setOrderingKey(key);
    if (number % 2 == 0) {
      message.setRequestId(name);
    }
    if (publish(name, message.build()) == Outcome.OK) {
      checks.order().confirmed(tenant.getId() + "/" + key, number);
    }
  }

  /** A stream with many messages outstanding. */
  void stream() throws Exception {
    List<String> names = new ArrayList<>();
    List<PublishRequest> messages = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      names.add(name("stream", ++count));
      messages.add(message(names.getLast()).build());
    }
    names.forEach(checks.queue()::publishing);
    List<PublishResult> results;
    try {
      results =
          PublishCalls.results(
              PublishCalls.stream(ground.channel(who), ground.caller(tenant), messages));
    } catch (StatusException | ExecutionException e) {
      // Every message of the stream is one of which nobody knows.
      Answers.of(e.getCause() instanceof StatusException status ? status : e);
      pause(AFTER_REFUSAL);
      return;
    }
    for (PublishResult result : results) {
      end(
          names.get((int) result.getSequence() - 1),
          result.hasPublished() ? Outcome.OK : Answers.of(result.getProblem()));
    }
    pause(PACE.multipliedBy(BATCH));
  }

  /** With a request_id, it is asked again until somebody knows. */
  private Outcome publish(String name, PublishRequest message) throws Exception {
    checks.queue().publishing(name);
    long began = System.nanoTime();
    Outcome outcome = call(message);
    boolean unknown = outcome == Outcome.UNKNOWN;
    for (int i = 0;
        i < MOST_REPETITIONS
            && unknown
            && outcome != Outcome.OK
            && !message.getRequestId().isEmpty();
        i++) {
      pause(AFTER_REFUSAL);
      outcome = call(message);
    }
    // A refusal of the repetition says nothing of the first call.
    Outcome known = unknown && outcome == Outcome.FAILED ? Outcome.UNKNOWN : outcome;
    checks.isolation().ended(tenant.getId(), known, Duration.ofNanos(System.nanoTime() - began));
    end(name, known);
    pause(known == Outcome.OK ? PACE : AFTER_REFUSAL);
    return known;
  }

  private Outcome call(PublishRequest message) throws Exception {
    try {
      MessagingServiceGrpc.newBlockingStub(ground.channel(who))
          .withCallCredentials(ground.caller(tenant))
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .publish(message);
      return Outcome.OK;
    } catch (StatusRuntimeException e) {
      return Answers.of(e);
    }
  }

  private void end(String name, Outcome outcome) {
    checks.queue().published(name, outcome);
    if (outcome == Outcome.OK) {
      confirmed.incrementAndGet();
      if (tenant.getPlan().equals("pro")) {
        checks.history().acknowledged(name);
      }
    }
  }

  private PublishRequest.Builder message(String name) {
    String[] operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
    return PublishRequest.newBuilder()
        .setModule(operation[0])
        .setOperation(operation[1])
        .setPriority(1 + random.nextInt(10))
        .setData(ByteString.copyFromUtf8(name + " " + "x".repeat(random.nextInt(MOST_PADDING))));
  }

  private String name(String kind, long number) {
    return "%s/%s/%d".formatted(tenant.getId(), kind, number);
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }
}
