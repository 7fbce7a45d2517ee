package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.refusedField;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.CancelScheduledRequest;
import dev.kryonix.api.messaging.v1.DeadLetterFilter;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.DropDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListScheduledRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc.MessagingServiceBlockingStub;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Texts that a store behind the service cannot hold are refused before they get there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileTextIT {
  private static final String ZERO = "a\u0000b";
  private static final String FOUR_BYTES = "🏥";
  private static final PublishRequest GOOD =
      PublishRequest.newBuilder()
          .setModule("crm")
          .setOperation("leads.create")
          .setData(ByteString.copyFromUtf8("Ana"))
          .build();

  private Messaging messaging;
  private DesiredTenant tenant;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    messaging = new Messaging(folder);
    tenant = messaging.newTenant();
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  /** Anew for each call: a stub's deadline runs from its beginning. */
  private MessagingServiceBlockingStub stub() throws JOSEException {
    return messaging.stub(tenant);
  }

  @Test
  void theCharacterZeroIsRefusedInEveryTextAndItsFieldIsNamed() throws Exception {
    PublishRequest later =
        GOOD.toBuilder()
            .setDeliverAt(Timestamp.newBuilder().setSeconds(System.currentTimeMillis() / 1000 + 60))
            .build();
    DeadLetterFilter crm = DeadLetterFilter.newBuilder().setModule("crm").build();
    Map<ThrowingCallable, String> calls = new LinkedHashMap<>();
    calls.put(() -> stub().publish(GOOD.toBuilder().setRequestId(ZERO).build()), "request_id");
    calls.put(() -> stub().publish(GOOD.toBuilder().setOrderingKey(ZERO).build()), "ordering_key");
    calls.put(() -> stub().publish(later.toBuilder().setScheduleId(ZERO).build()), "schedule_id");
    calls.put(
        () -> stub().publish(later.toBuilder().putAttributes("k", ZERO).build()),
        "attributes[\"k\"]");
    calls.put(
        () -> stub().listScheduled(ListScheduledRequest.newBuilder().setModule(ZERO).build()),
        "module");
    calls.put(
        () ->
            stub().cancelScheduled(CancelScheduledRequest.newBuilder().setScheduleId(ZERO).build()),
        "schedule_id");
    for (DeadLetterFilter filter :
        List.of(
            crm.toBuilder().setOperation(ZERO).build(),
            crm.toBuilder().setFingerprint(ZERO).build())) {
      calls.put(
          () ->
              stub().listDeadLetters(ListDeadLettersRequest.newBuilder().setFilter(filter).build()),
          filter.getOperation().isEmpty() ? "filter.fingerprint" : "filter.operation");
    }
    calls.put(
        () ->
            stub()
                .redriveDeadLetters(
                    RedriveDeadLettersRequest.newBuilder()
                        .setFilter(crm)
                        .setRequestId(ZERO)
                        .build())
                .hasNext(),
        "request_id");
    calls.put(
        () ->
            stub()
                .dropDeadLetters(
                    DropDeadLettersRequest.newBuilder().setFilter(crm).setRequestId(ZERO).build()),
        "request_id");
    calls.put(
        () ->
            stub()
                .acknowledge(
                    AcknowledgeRequest.newBuilder()
                        .addNacks(
                            Nack.newBuilder()
                                .addAckTokens("t")
                                .setAction(NackAction.NACK_ACTION_RETRY)
                                .setError(ZERO))
                        .build()),
        "nacks[0].error");

    calls.forEach((call, field) -> assertThat(refusedField(call)).isEqualTo(field));
    assertThat(
            stub()
                .publish(
                    GOOD.toBuilder()
                        .setOperation("leads.update")
                        .setJson(Value.newBuilder().setStringValue(ZERO))
                        .build())
                .hasPublishTime())
        .isTrue();
  }

  /** With all that is written there later, the headers still fit. */
  @Test
  void aMessageWithAsManyBytesOfTextAsThereMayBeIsDeliveredAndDiesWithItsErrors() throws Exception {
    PublishRequest.Builder full =
        GOOD.toBuilder()
            .setContentType("abc" + FOUR_BYTES.repeat(63))
            .setOrderingKey(FOUR_BYTES.repeat(128))
            .setEndToEnd(FOUR_BYTES.repeat(128));
    for (int i = 0; i < 16; i++) {
      full.putAttributes("key." + i, FOUR_BYTES.repeat(i == 0 ? 976 : 1020));
    }
    full.putAttributes("k" + FOUR_BYTES.repeat(63), "v");
    stub().publish(full.setRequestId("full").build());
    assertThat(
            refusedField(
                () -> stub().publish(full.putAttributes("more", "v".repeat(1024)).build())))
        .isEqualTo("attributes");

    try (Subscription subscription = messaging.subscribe(tenant, "crm.leads.create")) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getMessage().getContentType()).isEqualTo(full.getContentType());
      assertThat(
              subscription.settle(
                  delivery,
                  Nack.newBuilder()
                      .setAction(NackAction.NACK_ACTION_DROP)
                      .setError(FOUR_BYTES.repeat(1024))
                      .build()))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }
}
