package dev.kryonix.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A client that writes what it likes: raw bytes, or frames of HTTP/2 one by one. */
final class Wire implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GO_AWAY = 7;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int ENHANCE_YOUR_CALM = 11;

  /** A frame that came in. */
  record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error of GOAWAY or RST_STREAM. */
    int error() {
      ByteBuf bytes = Unpooled.wrappedBuffer(payload);
      return bytes.getInt(payload.length == 4 ? 0 : 4);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private @Nullable IOException end;

  Wire(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  static Wire http2(int port) throws IOException {
    Wire wire = new Wire(port);
    wire.send(ByteBufUtil.getBytes(Http2CodecUtil.connectionPrefaceBuf()));
    return wire.frame(SETTINGS, 0, 0);
  }

  Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Wire send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  Wire frame(int type, int flags, int stream, byte... payload) throws IOException {
    return send(frameBytes(type, flags, stream, payload));
  }

  static byte[] frameBytes(int type, int flags, int stream, byte... payload) {
    ByteBuf frame = Unpooled.buffer(9 + payload.length);
    frame.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
    return ByteBufUtil.getBytes(frame.writeBytes(payload));
  }

  /** Sends so many frames until the gateway has had enough, and says whether it had. */
  boolean flood(int times, IntFunction<byte[]> frames) throws IOException {
    try {
      for (int i = 0; i < times; i++) {
        out.write(frames.apply(i));
      }
      out.flush();
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  /** The next frame of a type, which must come. */
  Frame next(int type) throws IOException {
    List<String> others = new ArrayList<>();
    for (Frame frame = next(); frame != null; frame = next()) {
      if (frame.type() == type) {
        return frame;
      }
      others.add(
          frame.type() == GO_AWAY
              ? "GOAWAY "
                  + frame.error()
                  + " "
                  + new String(
                      frame.payload(), 8, frame.payload().length - 8, StandardCharsets.UTF_8)
              : "type " + frame.type());
    }
    throw new AssertionError(
        "the connection ended without a frame of type "
            + type
            + " but with "
            + others
            + ": "
            + end);
  }

  /** The error of the last GOAWAY before the connection ends, or -1 when it ends without. */
  int lastWords() throws IOException {
    int error = -1;
    for (Frame frame = next(); frame != null; frame = next()) {
      error = frame.type() == GO_AWAY ? frame.error() : error;
    }
    return error;
  }

  /** The next frame, or null when the connection has ended. */
  @Nullable Frame next() throws IOException {
    try {
      int length = (in.readUnsignedShort() << 8) | in.readUnsignedByte();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, payload);
    } catch (EOFException | SocketException e) {
      end = e;
      return null;
    }
  }

  /** What comes up to the end of a text, or of the connection. */
  String until(String end) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(end) < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      all.append((char) next);
    }
    return all.toString();
  }

  /** All that comes until the gateway closes. */
  String rest() throws IOException {
    StringBuilder all = new StringBuilder();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        all.append((char) next);
      }
    } catch (SocketException e) {
      all.append("[reset]");
    }
    return all.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A header block by literals without indexing (RFC 7541, section 6.2.2). */
  static byte[] block(String... namesAndValues) {
    ByteBuf block = Unpooled.buffer();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.writeByte(0);
      literal(block, namesAndValues[i]);
      literal(block, namesAndValues[i + 1]);
    }
    return ByteBufUtil.getBytes(block);
  }

  private static void literal(ByteBuf block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      block.writeByte(bytes.length);
    } else {
      block.writeByte(127);
      int left = bytes.length - 127;
      for (; left >= 128; left >>= 7) {
        block.writeByte((left & 127) | 128);
      }
      block.writeByte(left);
    }
    block.writeBytes(bytes);
  }
}
