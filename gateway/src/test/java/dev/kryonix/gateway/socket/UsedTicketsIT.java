package dev.kryonix.gateway.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.gateway.limit.PrivateRedis;
import dev.kryonix.gateway.limit.SharedRedis;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two gateways that share a Redis, and what is left of it when that is away. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UsedTicketsIT {
  private PrivateRedis redis;
  private UsedTickets one;
  private UsedTickets other;

  @BeforeAll
  void start() {
    redis = new PrivateRedis();
    one = new UsedTickets(redis.connect(PrivateRedis.PATIENT));
    other = new UsedTickets(redis.connect(PrivateRedis.PATIENT));
  }

  @AfterAll
  void stop() {
    redis.close();
  }

  @Test
  void aTicketIsTakenOnceByAllGatewaysTogether() {
    String id = UUID.randomUUID().toString();

    assertThat(taken(one, id)).isTrue();
    assertThat(taken(other, id)).isFalse();
    assertThat(taken(one, id)).isFalse();
    assertThat(taken(other, UUID.randomUUID().toString())).isTrue();
  }

  @Test
  void ofManyWhoBringOneTicketAtOnceOneIsLetIn() {
    String id = UUID.randomUUID().toString();
    var tries =
        IntStream.range(0, 100)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> taken(i % 2 == 0 ? one : other, id)))
            .toList();

    assertThat(tries.stream().filter(CompletableFuture::join)).hasSize(1);
  }

  @Test
  void thePlatformsOwnUserMayNoteTicketsAndReadNone() {
    SharedRedis platform = redis.connectAsOnPlatform();
    UsedTickets there = new UsedTickets(platform);
    String id = UUID.randomUUID().toString();

    assertThat(taken(one, id)).isTrue();
    assertThat(taken(there, id)).as("refused by Redis, not by want of rights").isFalse();
    assertThat(taken(there, UUID.randomUUID().toString())).isTrue();
    assertThat(platform.commands().orElseThrow().get("kryonix:ticket:" + id).toCompletableFuture())
        .failsWithin(PrivateRedis.PATIENT)
        .withThrowableThat()
        .withMessageContaining("NOPERM");
    assertThat(platform.commands().orElseThrow().set("cache:x", "").toCompletableFuture())
        .failsWithin(PrivateRedis.PATIENT)
        .withThrowableThat()
        .withMessageContaining("NOPERM");
  }

  @Test
  void withoutRedisATicketIsTakenOnceByEachGateway() {
    try (PrivateRedis away = new PrivateRedis()) {
      UsedTickets here = new UsedTickets(away.connect(PrivateRedis.HASTY));
      UsedTickets there = new UsedTickets(away.connect(PrivateRedis.HASTY));
      String before = UUID.randomUUID().toString();
      assertThat(taken(here, before)).isTrue();
      away.kill();
      String id = UUID.randomUUID().toString();

      assertThat(taken(here, id)).isTrue();
      assertThat(taken(here, id)).isFalse();
      assertThat(taken(here, before)).isFalse();
      assertThat(taken(there, id)).isTrue();
    }
  }

  private static boolean taken(UsedTickets by, String id) {
    CompletableFuture<Boolean> first = new CompletableFuture<>();
    by.take(id, first::complete);
    return first.orTimeout(30, TimeUnit.SECONDS).join();
  }
}
