package dev.kryonix.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A WebSocket client that writes what it likes, frame by frame. */
final class SocketWire implements AutoCloseable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  static final int FIN = 0x80;
  static final int RSV1 = 0x40;

  private static final byte[] MASK = {1, 2, 3, 4};

  /** A frame that came in. */
  record Frame(int head, byte[] payload) {
    int type() {
      return head & 15;
    }

    boolean compressed() {
      return (head & RSV1) != 0;
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** The code of a close frame. */
    int code() {
      return payload.length < 2 ? -1 : ByteBuffer.wrap(payload).getShort();
    }
  }

  private final Socket socket;
  private final DataInputStream in;

  /** What the gateway answered to the request to open it: status line and headers. */
  final String head;

  /**
   * Asks for a socket.
   *
   * @param headers lines of the request, beside those that must be
   */
  SocketWire(String path, String... headers) throws IOException {
    this(Gateway.HTTP_PORT, path, headers);
  }

  SocketWire(int port, String path, String... headers) throws IOException {
    this(
        port,
        "GET " + path + " HTTP/1.1",
        "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n"
            + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + String.join("\r\n", headers)
            + (headers.length == 0 ? "" : "\r\n"));
  }

  /** Asks with this request line and these lines of headers. */
  SocketWire(int port, String line, String headers) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
    write(
        (line + "\r\nhost: gateway.example\r\n" + headers + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    head = head();
  }

  private String head() throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      all.append((char) next);
    }
    return all.toString();
  }

  boolean isOpen() {
    return head.startsWith("HTTP/1.1 101 ");
  }

  /** The body of an answer that is no socket. */
  String body() throws IOException {
    int length = Integer.parseInt(head.replaceAll("(?is).*content-length: ([0-9]+).*", "$1"));
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  SocketWire write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  SocketWire text(String message) throws IOException {
    return frame(FIN | TEXT, message.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a frame, masked as a client must. */
  SocketWire frame(int head, byte[] payload) throws IOException {
    return write(masked(head, payload));
  }

  static byte[] masked(int head, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(start(head, payload.length, 0x80));
    out.writeBytes(MASK);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ MASK[i & 3]);
    }
    return out.toByteArray();
  }

  /** The first bytes of a frame of that length. */
  static byte[] start(int head, long length, int mask) {
    ByteBuffer start = ByteBuffer.allocate(10).put((byte) head);
    if (length < 126) {
      start.put((byte) (mask | length));
    } else if (length < 1 << 16) {
      start.put((byte) (mask | 126)).putShort((short) length);
    } else {
      start.put((byte) (mask | 127)).putLong(length);
    }
    byte[] bytes = new byte[start.position()];
    start.flip().get(bytes);
    return bytes;
  }

  /** The next frame, or null when the connection has ended. */
  @Nullable Frame next() throws IOException {
    try {
      int head = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      long bytes = length < 126 ? length : length == 126 ? in.readUnsignedShort() : in.readLong();
      byte[] payload = new byte[(int) bytes];
      in.readFully(payload);
      return new Frame(head, payload);
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** The next frame of a type; the connection must not end before. */
  Frame next(int type) throws IOException {
    List<String> others = new ArrayList<>();
    for (Frame frame = next(); frame != null; frame = next()) {
      if (frame.type() == type) {
        return frame;
      }
      others.add(frame.type() == CLOSE ? "close " + frame.code() : frame.text());
    }
    throw new AssertionError(
        "the connection ended without a frame of type " + type + " but with " + others);
  }

  /** The code that the gateway closes with, after which the connection ends. */
  int end() throws IOException {
    int code = next(CLOSE).code();
    while (next() != null) {
      // What follows a close frame must be the end.
      throw new AssertionError("a frame after the last");
    }
    return code;
  }

  /** Sends nothing more, but goes on reading. */
  void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** Goes without a word. */
  void vanish() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
