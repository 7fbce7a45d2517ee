package dev.kryonix.cache.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.DrainResponse;
import dev.kryonix.api.cache.v1.OfflineOperation;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Offline queues on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OfflineQueuesSuite {
  private static final String PHONE = "phone-1";

  private ApplicationContext context;
  private OfflineQueues queues;
  private Recount recount;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    queues = context.getBean(OfflineQueues.class);
    recount = new Recount(context);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void operationsComeInOrderAndAgainUntilTheyAreAcknowledged() {
    TenantView tenant = tenant(100);
    queues.enqueue(tenant, PHONE, operations("a", "b", "c"));

    assertThat(ids(queues.drain(tenant, PHONE, "", 2))).containsExactly("a", "b");
    assertThat(ids(queues.drain(tenant, PHONE, "", 2))).containsExactly("a", "b");
    DrainResponse rest = queues.drain(tenant, PHONE, "b", 0);
    assertThat(ids(rest)).containsExactly("c");
    assertThat(rest.getSize()).isEqualTo(1);
    assertThat(ids(queues.drain(tenant, PHONE, "b", 0))).as("again").containsExactly("c");
    assertThat(queues.drain(tenant, "phone-2", "", 0).getOperationsList()).isEmpty();
  }

  @Test
  void anOperationIsAddedOnceWhetherItWaitsOrWasCarriedOut() {
    TenantView tenant = tenant(100);
    assertThat(queues.enqueue(tenant, PHONE, operations("a", "b", "a")).getAdded()).isEqualTo(2);
    assertThat(queues.enqueue(tenant, PHONE, operations("b", "c")).getAdded()).isEqualTo(1);
    queues.drain(tenant, PHONE, "b", 0);

    assertThat(queues.enqueue(tenant, PHONE, operations("a", "b", "c", "d")).getAdded())
        .isEqualTo(1);
    assertThat(ids(queues.drain(tenant, PHONE, "", 0))).containsExactly("c", "d");
  }

  @Test
  void anAcknowledgementOfWhatNeverWasIsRefusedAndRemovesNothing() {
    TenantView tenant = tenant(100);
    queues.enqueue(tenant, PHONE, operations("a"));

    ServiceException refusal =
        catchThrowableOfType(
            ServiceException.class, () -> queues.drain(tenant, PHONE, "nonsense", 0));

    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
    assertThat(ids(queues.drain(tenant, PHONE, "", 0))).containsExactly("a");
  }

  @Test
  void moreThanTheQuotaHasRoomForIsRefusedAsAWhole() {
    TenantView tenant = tenant(4);
    queues.enqueue(tenant, PHONE, operations("a"));

    ServiceException refusal =
        catchThrowableOfType(
            ServiceException.class, () -> queues.enqueue(tenant, PHONE, operations("b", "c", "d")));

    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(ids(queues.drain(tenant, PHONE, "", 0))).containsExactly("a");
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  /** Ids of 64 characters may have four bytes for each. */
  @Test
  void aQueueWhoseIdsWouldNotFitIntoItsLogIsFullBeforeThat() {
    TenantView tenant = tenant(6_000);
    String long60 = "\ud83d\udcc5".repeat(60);
    int enqueued = 0;
    Optional<ServiceException> refusal = Optional.empty();
    while (refusal.isEmpty() && enqueued < 5_000) {
      List<String> ids =
          IntStream.range(enqueued, enqueued + 400).mapToObj(i -> long60 + (1_000 + i)).toList();
      refusal =
          Optional.ofNullable(
              catchThrowableOfType(
                  ServiceException.class, () -> queues.enqueue(tenant, PHONE, operations(ids))));
      enqueued += refusal.isEmpty() ? 400 : 0;
    }

    assertThat(refusal.orElseThrow().reason()).isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(enqueued).isEqualTo(3_200);
  }

  @Test
  void aDrainedQueueGivesItsChargeBackButForItsMemory() {
    TenantView tenant = tenant(2_000);
    List<String> ids = IntStream.range(0, 1_200).mapToObj(i -> "op" + i).toList();
    for (int from = 0; from < ids.size(); from += 400) {
      queues.enqueue(tenant, PHONE, operations(ids.subList(from, from + 400)));
    }

    assertThat(queues.drain(tenant, PHONE, "op1199", 0).getSize()).isZero();
    assertThat(recount.booked(tenant).keys()).isEqualTo(1);
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  @Test
  void whateverIsRepeatedEachOperationIsCarriedOutOnceAndInOrder() {
    TenantView tenant = tenant(1_000);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> made = IntStream.range(0, 120).mapToObj(i -> "op" + i).toList();
    List<String> carriedOut = new ArrayList<>();
    int sent = 0;
    while (carriedOut.size() < made.size()) {
      if (sent < made.size()) {
        int from = Math.max(0, sent - random.nextInt(8));
        sent = Math.min(made.size(), sent + random.nextInt(10));
        queues.enqueue(tenant, PHONE, operations(made.subList(from, sent)));
      }
      String last = carriedOut.isEmpty() ? "" : carriedOut.getLast();
      // The answer is sometimes lost, and the same is asked for again.
      for (int i = random.nextInt(2); i >= 0; i--) {
        List<String> next = ids(queues.drain(tenant, PHONE, last, 1 + random.nextInt(7)));
        if (i == 0) {
          carriedOut.addAll(next);
        }
      }
    }

    assertThat(carriedOut).as("seed " + seed).containsExactlyElementsOf(made);
  }

  private TenantView tenant(long keys) {
    return Tenants.create(
        context.getBean(SecretBox.class),
        "acme",
        "enterprise",
        CacheLimits.newBuilder().setKeys(keys).setMemoryBytes(8_000_000).build());
  }

  private static List<OfflineOperation> operations(String... ids) {
    return operations(List.of(ids));
  }

  private static List<OfflineOperation> operations(List<String> ids) {
    return ids.stream()
        .map(
            id ->
                OfflineOperation.newBuilder()
                    .setId(id)
                    .setKind("note.create")
                    .setPayload(ByteString.copyFromUtf8("payload of " + id))
                    .build())
        .toList();
  }

  private static List<String> ids(DrainResponse drained) {
    return drained.getOperationsList().stream().map(OfflineOperation::getId).toList();
  }
}
