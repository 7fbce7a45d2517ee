package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import dev.kryonix.gateway.echo.Note;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages of WebSockets come whole, in their order, and no faster than they are taken. */
class SocketFlowIT {
  private static final String ROOM = "/v1/rooms/r1:converse";
  private static final int[] SIZES = {
    1, 60_000, 10, 200 * 1024, 32 * 1024, 33 * 1024, 500, 0, 100_000, 2
  };

  /** The door lets a caller in at once when it knows the token, and on another thread if not. */
  private enum Caller {
    NEW,
    KNOWN;

    SocketClient open(String protocol) throws InterruptedException {
      String token = Tokens.good();
      if (this == KNOWN) {
        opened(token, SocketClient.JSON).send("{}").complete().text();
      }
      return opened(token, protocol);
    }

    private static SocketClient opened(String token, String protocol) {
      return SocketClient.open(
          true, ROOM, b -> b.header("authorization", "Bearer " + token), protocol);
    }
  }

  @ParameterizedTest
  @EnumSource
  void messagesOfAllSizesKeepTheirOrderAndTheEmptyOneIsBehindThem(Caller caller) throws Exception {
    SocketClient client = caller.open(SocketClient.JSON);
    for (int i = 0; i < 100; i++) {
      client
          .socket()
          .sendText("{\"number\":" + i + ",\"remark\":\"" + remark(i) + "\"}", true)
          .join();
    }
    client.send("{\"number\":100,\"remark\":\"" + "z".repeat(200 * 1024) + "\"}").complete();

    for (int i = 0; i < 100; i++) {
      Note answer = note(client.text());
      assertThat(answer.getNumber()).isEqualTo(i);
      assertThat(answer.getRemark()).isEqualTo(remark(i));
    }
    assertThat(note(client.text()).getRemark()).hasSize(200 * 1024);
    assertThat(client.closed().code()).isEqualTo(1000);
  }

  private static String remark(int number) {
    return "a".repeat(SIZES[number % SIZES.length]);
  }

  private static Note note(String json) throws Exception {
    Note.Builder note = Note.newBuilder();
    JsonFormat.parser().merge(json, note);
    return note.build();
  }

  @Test
  void manySmallMessagesKeepTheirOrder() throws Exception {
    SocketClient client = SocketClient.open(ROOM, SocketClient.JSON);
    for (int i = 1; i <= 5_000; i++) {
      client.socket().sendText("{\"number\":" + i + "}", true).join();
    }
    client.complete();

    for (int i = 1; i <= 5_000; i++) {
      assertThat(client.text()).isEqualTo("{\"id\":\"r1\",\"number\":" + i + "}");
    }
    assertThat(client.closed().code()).isEqualTo(1000);
  }

  @Test
  void aClientThatReadsSlowlyHoldsItsServiceUpAndGetsAll() throws Exception {
    int before = Gateway.UPSTREAM.written.get();
    SocketClient client =
        SocketClient.open(
            false,
            ROOM,
            b -> b.header("authorization", "Bearer " + Tokens.good()),
            SocketClient.JSON);
    client.send("{\"textChoice\":\"flood\",\"number\":20000,\"smallUnsigned\":10000}");

    await()
        .during(Duration.ofMillis(500))
        .atMost(Duration.ofSeconds(20))
        .until(written(before), count -> count > 0 && count < 10_000);
    int held = written(before).call();
    assertThat(held).as("of 20,000, after which nothing moved").isLessThan(10_000);

    client.read(Long.MAX_VALUE);
    await().atMost(Duration.ofMinutes(3)).until(client::waiting, count -> count == 20_000);
  }

  private static Callable<Integer> written(int before) {
    return () -> Gateway.UPSTREAM.written.get() - before;
  }

  @ParameterizedTest
  @EnumSource
  void aServiceThatReadsSlowlyHoldsItsClientUp(Caller caller) throws Exception {
    SocketClient client = caller.open(SocketClient.PROTO);
    client.send(Note.newBuilder().setTextChoice("deaf").build().toByteArray());
    ByteBuffer piece =
        ByteBuffer.wrap(
            Note.newBuilder()
                .setData(ByteString.copyFrom(new byte[64 * 1024]))
                .build()
                .toByteArray());
    int sent = 0;
    CompletableFuture<WebSocket> sending = CompletableFuture.completedFuture(client.socket());
    while (sending.isDone() && sent < 4_096) {
      sending = client.socket().sendBinary(piece.duplicate(), true);
      sent++;
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(1))
          .until(sentOrNot(sending));
    }

    assertThat(sent).as("of 256 MiB").isLessThan(1_024);
    client.socket().abort();
  }

  private static Callable<Boolean> sentOrNot(CompletableFuture<?> sending) {
    long end = System.nanoTime() + Duration.ofMillis(400).toNanos();
    return () -> sending.isDone() || System.nanoTime() > end;
  }
}
