package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A client of REST that leaves while its request is still being made. */
class RestLeaverIT {
  private static final int CALLS = 10;

  @Test
  void aClientThatLeavesWhileItsBodyIsMappedIsNoDefect() throws IOException {
    double before = calls("");
    double defects = calls("INTERNAL");

    for (int i = 0; i < CALLS; i++) {
      leave();
    }

    await().untilAsserted(() -> assertThat(calls("") - before).isGreaterThanOrEqualTo(CALLS));
    assertThat(calls("INTERNAL")).isEqualTo(defects);
  }

  /** A body this large is mapped on a thread of its own, long enough for the end to be read. */
  private static void leave() throws IOException {
    byte[] body = ("{\"remark\":\"" + "é".repeat(4 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v1/open HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            + "content-length: "
            + body.length
            + "\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Gateway.HTTP_PORT)) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
    }
  }

  /** How many calls of Open have been counted with that code. */
  private static double calls(String code) {
    URI metrics = URI.create("http://127.0.0.1:" + Gateway.MANAGEMENT_PORT + "/metrics");
    return Gateway.send(HttpRequest.newBuilder(metrics))
        .body()
        .lines()
        .filter(
            line ->
                line.matches("kryonix_rpc_server_seconds_count.*" + code + ".*\"Open\".*Echo.*"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
