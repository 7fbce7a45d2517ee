package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Values;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Message;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of payloads of every kind, and of messages of a stream that are refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PayloadIT {
  private static final String JSON = "application/json";

  private final Messaging messaging;

  PayloadIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging = new Messaging(folder);
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aJsonValueIsReadAsItWasWritten() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    Value value =
        Values.of(
            Struct.newBuilder()
                .putFields("id", Values.of(4711))
                .putFields("text", Values.of("<a>=&'b'"))
                .build());
    publish(tenant, lead().setJson(value));
    publish(tenant, lead().setJson(value));

    assertThat(pull(tenant, false).getData().toStringUtf8())
        .isEqualTo("{\"id\":4711,\"text\":\"<a>=&'b'\"}");
    assertThat(pull(tenant, true).getJson()).isEqualTo(value);
  }

  @Test
  void whatIsCalledJsonAndIsNoneIsHandedOverAsItIs() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    for (String text : List.of("1e999", "hello", "[]garbage", "[".repeat(500))) {
      publish(tenant, lead().setContentType(JSON).setData(ByteString.copyFromUtf8(text)));

      assertThat(pull(tenant, true).getData().toStringUtf8()).isEqualTo(text);
    }
  }

  @Test
  void aMessageOfAStreamThatBreaksARuleIsAnsweredAndEndsNothing() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    List<PublishRequest> messages = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      messages.add(lead().setPriority(i == 151 ? 11 : 5).build());
    }

    List<PublishResult> results =
        PublishCalls.results(
            PublishCalls.stream(messaging.service().channel(), messaging.caller(tenant), messages));

    assertThat(results).hasSize(200);
    assertThat(results)
        .allSatisfy(
            result -> assertThat(result.hasPublished()).isEqualTo(result.getSequence() != 151));
    assertThat(results.get(150).getProblem().getCode()).isEqualTo(Code.INVALID_ARGUMENT.value());
    assertThat(results.get(150).getProblem().getField()).isEqualTo("priority");
  }

  private static PublishRequest.Builder lead() {
    return PublishRequest.newBuilder().setModule("crm").setOperation("leads.create");
  }

  private void publish(DesiredTenant tenant, PublishRequest.Builder message) throws JOSEException {
    assertThat(messaging.stub(tenant).publish(message.build()).getMessageId()).isNotEmpty();
  }

  /** The next message, which is taken for good. */
  private Message pull(DesiredTenant tenant, boolean jsonPayloads) throws JOSEException {
    List<Delivery> deliveries =
        messaging
            .stub(tenant)
            .pull(
                PullRequest.newBuilder()
                    .addSources("crm.leads.create")
                    .setMaxMessages(1)
                    .setJsonPayloads(jsonPayloads)
                    .setWait(Durations.fromSeconds(10))
                    .build())
            .getDeliveriesList();
    assertThat(deliveries).hasSize(1);
    return deliveries.getFirst().getMessage();
  }
}
