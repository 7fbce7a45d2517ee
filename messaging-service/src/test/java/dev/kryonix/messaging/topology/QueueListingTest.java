package dev.kryonix.messaging.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.ManagementNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is known of a tenant's queues while the broker's management API comes and goes. */
final class QueueListingTest {
  private static final TenantId TENANT = new TenantId("clinic");

  private final ManagementNode node = new ManagementNode();
  private final QueueListing listing =
      new QueueListing(
          new ManagementApi(
              new BrokerConfig(
                  "host",
                  5672,
                  "",
                  node.url().toString(),
                  "admin",
                  "",
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(5))));

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void whileTheApiIsAwayTheQueuesAreThoseOfBeforeWithWhatHasChanged() throws Exception {
    node.answer(200, "[{\"name\":\"a\"},{\"name\":\"b\"}]");
    assertThat(listing.names(TENANT)).containsExactlyInAnyOrder("a", "b");

    node.answer(500, "");
    listing.declared("c");
    listing.gone("a");

    assertThat(listing.names(TENANT)).containsExactlyInAnyOrder("b", "c");

    node.answer(200, "[{\"name\":\"d\"}]");
    await().untilAsserted(() -> assertThat(listing.names(TENANT)).containsExactly("d"));
  }

  @Test
  void nobodyGuessesBeforeTheApiHasAnsweredOnce() {
    node.answer(500, "");
    listing.declared("c");

    assertThatThrownBy(() -> listing.names(TENANT)).isInstanceOf(ManagementException.class);
  }

  @Test
  void afterAFailureTheApiIsLeftAloneForAMoment() throws Exception {
    node.answer(200, "[]");
    listing.names(TENANT);
    node.answer(500, "");

    // The moment is a second, which may have passed between two lines.
    await()
        .untilAsserted(
            () -> {
              listing.declared("a");
              listing.names(TENANT);
              int asked = node.asked();

              listing.declared("b");

              assertThat(listing.names(TENANT)).containsExactlyInAnyOrder("a", "b");
              assertThat(node.asked()).isEqualTo(asked);
            });
  }
}
