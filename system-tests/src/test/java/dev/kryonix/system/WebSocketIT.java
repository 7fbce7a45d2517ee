package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A page subscribes by a ticket and settles what it gets, over one WebSocket. */
@OnPlatform
final class WebSocketIT {
  private static final String PATH = "/v1/messages:subscribe";
  private static final int PATIENCE_SECONDS = 30;

  @Test
  void aPageReceivesMessagesAndAcknowledgesThem(Platform platform) throws Exception {
    TestTenant tenant = platform.newTenant();
    Page page = new Page(platform.gateway().http(), ticket(tenant));
    page.send("{\"start\": {\"sources\": [\"crm.leads.create\"]}}");
    assertThat(page.next().containsFields("started")).isTrue();

    RestAnswer published =
        tenant
            .rest()
            .send(
                "POST",
                "/v1/messages:publish",
                "{\"module\": \"crm\", \"operation\": \"leads.create\", \"json\": {\"name\": \"Ana\"}}");
    assertThat(published.isOk()).as(published.body()).isTrue();
    Struct delivery = page.until("delivery");
    String ackToken = delivery.getFieldsOrThrow("ackToken").getStringValue();
    page.send("{\"ack\": {\"ackTokens\": [\"" + ackToken + "\"]}}");
    page.until("results");
    page.send("");

    assertThat(page.closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1000);
  }

  private static String ticket(TestTenant tenant) throws Exception {
    RestAnswer sold = tenant.rest().send("POST", "/v1/tickets", "{\"path\": \"" + PATH + "\"}");
    assertThat(sold.status()).as(sold.body()).isEqualTo(200);
    return parse(sold.body()).getFieldsOrThrow("ticket").getStringValue();
  }

  private static Struct parse(String json) throws Exception {
    Struct.Builder struct = Struct.newBuilder();
    JsonFormat.parser().merge(json, struct);
    return struct.build();
  }

  /** The socket of a page, which can offer subprotocols and nothing else. */
  private static final class Page implements WebSocket.Listener {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    Page(URI gateway, String ticket) {
      socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .subprotocols("kryonix.v1.json", "ticket." + ticket)
              .buildAsync(URI.create("ws://" + gateway.getAuthority() + PATH), this)
              .join();
    }

    void send(String message) {
      socket.sendText(message, true).join();
    }

    Struct next() throws Exception {
      String message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(message).as("a message; closed: " + closed).isNotNull();
      return parse(message);
    }

    /** The next message of a kind, past keep-alives and such. */
    Struct until(String kind) throws Exception {
      Struct message = next();
      while (!message.containsFields(kind)) {
        message = next();
      }
      return message.getFieldsOrThrow(kind).getStructValue();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket of, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(text.toString());
        text.setLength(0);
      }
      of.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket of, int code, String reason) {
      closed.complete(code);
      return null;
    }
  }
}
