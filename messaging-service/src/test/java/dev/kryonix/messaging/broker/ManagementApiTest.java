package dev.kryonix.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.grpc.Context;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The management API of nodes that start, stop and go silent. */
final class ManagementApiTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String PATH = "/api/things";

  private final ManagementNode one = new ManagementNode();
  private final ManagementNode two = new ManagementNode();

  @AfterEach
  void stop() {
    one.close();
    two.close();
  }

  @Test
  void aNodeThatStartsAndKnowsNoUsersIsPassedOver() throws Exception {
    one.answer(401, "{\"error\":\"not_authorised\"}");
    two.answer(200, "{\"up\":true}");

    assertThat(api().object(PATH)).isPresent();
  }

  @Test
  void aRefusalOfEveryNodeIsOneForNow() {
    one.answer(401, "{}");
    two.answer(401, "{}");

    assertThatThrownBy(() -> api().object(PATH))
        .isInstanceOfSatisfying(
            ManagementException.class,
            e -> {
              assertThat(e.isForNow()).isTrue();
              assertThat(e.isUnreachable()).isFalse();
            });
  }

  @Test
  void whatIsWrongWithTheRequestIsNotAskedOfTheNextNode() {
    one.answer(400, "{}");
    two.answer(200, "{}");

    assertThatThrownBy(() -> api().object(PATH))
        .isInstanceOfSatisfying(
            ManagementException.class,
            e -> {
              assertThat(e.status()).isEqualTo(400);
              assertThat(e.isForNow()).isFalse();
            });
  }

  @Test
  void aNodeThatTakesTooLongForACallerIsPassedOver() throws Exception {
    one.stall();
    two.answer(200, "[{\"name\":\"a\"}]");

    assertThat(api().list(PATH, new Patience(SHORT, LONG))).hasSize(1);
  }

  @Test
  void anAnswerThatStopsHalfWayIsNone() {
    one.answerHalf();
    two.answerHalf();

    assertThatThrownBy(() -> api().list(PATH, new Patience(SHORT, SHORT.multipliedBy(2))))
        .isInstanceOfSatisfying(
            ManagementException.class, e -> assertThat(e.isUnreachable()).isTrue());
  }

  @Test
  void nobodyIsWaitedForLongerThanTheCallerWaits() throws Exception {
    one.stall();
    two.stall();
    try (var clock = Executors.newSingleThreadScheduledExecutor();
        Context.CancellableContext call =
            Context.current().withDeadlineAfter(SHORT.toMillis(), TimeUnit.MILLISECONDS, clock)) {
      long began = System.nanoTime();

      assertThatThrownBy(() -> call.call(() -> api().object(PATH)))
          .isInstanceOf(ManagementException.class);

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG.dividedBy(2));
    }
  }

  @Test
  void whoeverWaitsForASilentNodeAsksTheNextOnceThatIsKnown() throws Exception {
    one.stall();
    two.answer(204, "");
    ManagementNodes nodes = new ManagementNodes(List.of(one.url(), two.url()), LONG, SHORT);
    CompletableFuture<Integer> waiting =
        CompletableFuture.supplyAsync(
            () -> status(nodes, Patience.of(LONG)), Thread::startVirtualThread);
    await().until(() -> one.asked() == 1);

    status(nodes, new Patience(SHORT, LONG));

    assertThat(waiting.get(LONG.dividedBy(2).toSeconds(), TimeUnit.SECONDS)).isEqualTo(204);
  }

  @Test
  void anObjectWithoutFieldsIsWrittenAsAnEmptyListByTheBroker() throws Exception {
    one.answer(200, "[{\"name\":\"a\"},[]]");

    assertThat(api().list(PATH))
        .extracting(JsonObject::size)
        .as("fields of each")
        .containsExactly(1, 0);
  }

  @Test
  void anAnswerOfAnotherShapeIsAnErrorOfTheApi() {
    one.answer(200, "[]");
    assertThatThrownBy(() -> api().object(PATH)).isInstanceOf(ManagementException.class);

    one.answer(200, "{}");
    assertThatThrownBy(() -> api().list(PATH)).isInstanceOf(ManagementException.class);

    one.answer(200, "[1]");
    assertThatThrownBy(() -> api().list(PATH)).isInstanceOf(ManagementException.class);
  }

  private static int status(ManagementNodes nodes, Patience patience) {
    try {
      return nodes.send(HttpRequest.newBuilder(), PATH, patience).statusCode();
    } catch (ManagementException e) {
      throw new AssertionError(e);
    }
  }

  private ManagementApi api() {
    String urls = one.url() + "," + two.url();
    return new ManagementApi(
        new BrokerConfig("host", 5672, "", urls, "admin", "", Duration.ofSeconds(5), LONG));
  }
}
