package dev.kryonix.system.gateway;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks for a WebSocket and looks at the answer, whatever it is; the JDK's own client keeps the body
 * of a refusal to itself.
 */
public final class Upgrade {
  private static final int TIMEOUT_MILLIS = 30_000;

  private Upgrade() {}

  /**
   * The answer.
   *
   * @param token the token; empty for none
   */
  public static RestAnswer ask(URI base, String path, String token) {
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nhost: "
            + base.getAuthority()
            + "\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n"
            + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + (token.isEmpty() ? "" : "authorization: Bearer " + token + "\r\n")
            + "\r\n";
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return read("Upgrade " + path, new DataInputStream(socket.getInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException("Upgrade " + path + ": " + e, e);
    }
  }

  private static RestAnswer read(String what, DataInputStream in) throws IOException {
    int status = Integer.parseInt(line(in).split(" ", 3)[1]);
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", List.of("0")).getFirst());
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new RestAnswer(what, status, HttpHeaders.of(headers, (name, value) -> true), body);
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
