package dev.kryonix.messaging.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.messaging.v1.DeadLetter;
import dev.kryonix.api.messaging.v1.DeadLetterView;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.testkit.check.Crew;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Four tenants that publish and consume in every way there is, while something breaks. What is
 * random comes from a seed, which is printed and can be given by {@code KRYONIX_FAULTS_SEED};
 * {@code KRYONIX_FAULTS_MESSAGES} says how many messages of each tenant make a phase.
 */
final class Load implements AutoCloseable {
  private static final int TENANTS = 4;
  private static final Duration RESUMED_WITHIN = Duration.ofMinutes(2);
  private static final Duration DRAINED_WITHIN = Duration.ofMinutes(2);
  private static final Duration LOOKED_WITHIN = Duration.ofSeconds(20);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(60);

  private final Ground ground;
  private final String title;
  private final Checks checks = new Checks();
  private final List<DesiredTenant> tenants = new ArrayList<>();
  private final List<AtomicLong> confirmed = new ArrayList<>();
  private final Crew publishers = new Crew();
  private final Crew consumers = new Crew();
  private final List<Consuming> consuming = new ArrayList<>();

  private Load(Ground ground, String title) {
    this.ground = ground;
    this.title = title;
  }

  /** Starts a load on new tenants, and waits until all of them have a phase behind them. */
  static Load start(Ground ground, String name) {
    long seed = Long.parseLong(setting("KRYONIX_FAULTS_SEED", Long.toString(System.nanoTime())));
    String title = "%s (KRYONIX_FAULTS_SEED=%d)".formatted(name, seed);
    System.out.println(title);
    Load load = new Load(ground, title);
    Random seeds = new Random(seed);
    for (int i = 0; i < TENANTS; i++) {
      load.add(i, seeds);
    }
    load.awaitPhase();
    return load;
  }

  private void add(int number, Random seeds) {
    // The first has a history.
    DesiredTenant tenant = ground.messaging().newTenantOfPlan(number == 0 ? "pro" : "basic");
    AtomicLong count = new AtomicLong();
    tenants.add(tenant);
    confirmed.add(count);
    publishers.add("loose", publishing(number, seeds, count)::loose);
    publishers.add("ordered", publishing(number, seeds, count)::ordered);
    publishers.add("stream", publishing(number, seeds, count)::stream);
    // At another instance than the publishers', when there are several.
    Consuming stream = consuming(number, seeds);
    consumers.add("subscription", stream::stream);
    consumers.add("pull", consuming(number, seeds)::pull);
  }

  private Publishing publishing(int number, Random seeds, AtomicLong count) {
    return new Publishing(
        ground, tenants.get(number), number, new Random(seeds.nextLong()), checks, count);
  }

  private Consuming consuming(int number, Random seeds) {
    Consuming consumer =
        new Consuming(
            ground, tenants.get(number), number + 1, new Random(seeds.nextLong()), checks);
    consuming.add(consumer);
    return consumer;
  }

  List<DesiredTenant> tenants() {
    return List.copyOf(tenants);
  }

  Checks checks() {
    return checks;
  }

  /** Waits until every tenant has had so many messages more confirmed. */
  void awaitPhase() {
    long more = Long.parseLong(setting("KRYONIX_FAULTS_MESSAGES", "60"));
    List<Long> goals = confirmed.stream().map(count -> count.get() + more).toList();
    await(title + ": every tenant publishes")
        .atMost(RESUMED_WITHIN)
        .until(
            () -> {
              publishers.assertWell();
              consumers.assertWell();
              for (int i = 0; i < TENANTS; i++) {
                if (confirmed.get(i).get() < goals.get(i)) {
                  return false;
                }
              }
              return true;
            });
  }

  /** Changes every tenant, and waits until the service has made that true. */
  void assertConverges() {
    for (int i = 0; i < TENANTS; i++) {
      DesiredTenant tenant = tenants.get(i);
      checks.convergence().wanted(tenant.getId(), tenant.getGeneration() + 1);
      DesiredTenant changed =
          ground
              .messaging()
              .tenants()
              .change(
                  tenant,
                  next ->
                      next.getLimitsBuilder()
                          .getMessagingBuilder()
                          .setQueues(tenant.getLimits().getMessaging().getQueues() + 1));
      checks.convergence().observed(tenant.getId(), changed.getGeneration());
      tenants.set(i, changed);
    }
  }

  /** Lets publishers end and consumers take what is left, and says whether everything holds. */
  void finish() throws Exception {
    publishers.stop(STOPPED_WITHIN);
    long stopped = System.nanoTime();
    await(title + ": what was confirmed is delivered")
        .atMost(DRAINED_WITHIN)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              consumers.assertWell();
              lookAtDeadLetters();
              System.out.printf(
                  "%s: %d s after the last publish %d are missing%n",
                  title,
                  Duration.ofNanos(System.nanoTime() - stopped).toSeconds(),
                  checks.queue().missing().size());
              assertThat(checks.queue().missing()).as(this::contents).isEmpty();
            });
    consumers.stop(STOPPED_WITHIN);
    consuming.forEach(Consuming::close);
    readHistory();
    checks.assertHold(title);
  }

  /**
   * Ends what still runs when the test has failed, and removes the tenants: their queues would
   * bring the broker to its memory alarm, a few loads later.
   */
  @Override
  public void close() {
    publishers.end();
    consumers.end();
    consuming.forEach(Consuming::close);
    tenants.forEach(ground.messaging().tenants()::remove);
  }

  private void readHistory() throws Exception {
    Iterator<ReplayResponse> replay =
        MessagingServiceGrpc.newBlockingStub(ground.channel(0))
            .withCallCredentials(ground.caller(tenants.getFirst()))
            .withDeadlineAfter(DRAINED_WITHIN.toSeconds(), TimeUnit.SECONDS)
            .replay(
                ReplayRequest.newBuilder()
                    .addSources("crm.*")
                    .addSources("agendamento.*")
                    .setFromOffset(0)
                    .build());
    while (replay.hasNext()) {
      ReplayResponse response = replay.next();
      if (response.hasMessage()) {
        checks.history().read(Consuming.name(response.getMessage()));
      }
    }
  }

  /** Where in the broker messages are, of the tenants that miss some. */
  private String contents() {
    StringBuilder contents = new StringBuilder(title);
    for (DesiredTenant tenant : tenants) {
      if (checks.queue().missing().stream().anyMatch(name -> name.startsWith(tenant.getId()))) {
        try {
          contents.append(' ').append(Cluster.contents(tenant));
        } catch (ManagementException e) {
          contents.append(' ').append(e);
        }
      }
    }
    return contents.toString();
  }

  private void lookAtDeadLetters() throws Exception {
    if (checks.queue().missing().isEmpty()) {
      return;
    }
    for (int i = 0; i < TENANTS; i++) {
      for (DeadLetter letter : deadLetters(i)) {
        checks.queue().held(Consuming.name(letter.getMessage()));
      }
    }
  }

  /** None when nobody knows for now. */
  private List<DeadLetter> deadLetters(int tenant) throws Exception {
    try {
      return MessagingServiceGrpc.newBlockingStub(ground.channel(tenant))
          .withCallCredentials(ground.caller(tenants.get(tenant)))
          .withDeadlineAfter(LOOKED_WITHIN.toSeconds(), TimeUnit.SECONDS)
          .listDeadLetters(
              ListDeadLettersRequest.newBuilder()
                  .setView(DeadLetterView.DEAD_LETTER_VIEW_FULL)
                  .setPageSize(100)
                  .build())
          .getDeadLettersList();
    } catch (StatusRuntimeException e) {
      Answers.of(e);
      return List.of();
    }
  }

  private static String setting(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
