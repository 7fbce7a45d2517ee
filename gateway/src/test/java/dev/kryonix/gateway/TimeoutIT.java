package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.gateway.echo.Note;
import io.grpc.Status.Code;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers write into grpc-timeout, well-formed or not: every call ends with a status. */
final class TimeoutIT {
  @ParameterizedTest
  @CsvSource({
    "99999999H, OK",
    "99999999M, OK",
    "50S, OK",
    "50000m, OK",
    "50000000u, OK",
    "00000050S, OK",
    "0n, DEADLINE_EXCEEDED",
    "1n, DEADLINE_EXCEEDED",
    "0H, DEADLINE_EXCEEDED",
    "'', INVALID_ARGUMENT",
    "S, INVALID_ARGUMENT",
    "1, INVALID_ARGUMENT",
    "-1S, INVALID_ARGUMENT",
    "+1S, INVALID_ARGUMENT",
    "1X, INVALID_ARGUMENT",
    "1s, INVALID_ARGUMENT",
    "1.5S, INVALID_ARGUMENT",
    "'1 S', INVALID_ARGUMENT",
    "123456789S, INVALID_ARGUMENT",
    "999999999999999999999999S, INVALID_ARGUMENT",
    "NaNS, INVALID_ARGUMENT",
  })
  void everyTimeoutGetsAStatus(String timeout, Code expected) throws Exception {
    assertThat(statusWith(timeout)).isEqualTo(expected);
  }

  /** As many as there may be are a tenth of a second, in which the answer may come or not. */
  @Test
  void nanosecondsAreATimeoutToo() throws Exception {
    assertThat(statusWith("99999999n")).isIn(Code.OK, Code.DEADLINE_EXCEEDED);
  }

  private static Code statusWith(String timeout) throws Exception {
    try (Wire wire = Wire.http2(Gateway.GRPC_PORT)) {
      wire.frame(
          Wire.HEADERS,
          Wire.END_HEADERS,
          1,
          Wire.block(
              ":method",
              "POST",
              ":scheme",
              "http",
              ":path",
              "/kryonix.echo.v1.EchoService/Open",
              ":authority",
              "gateway",
              "content-type",
              "application/grpc",
              "te",
              "trailers",
              "grpc-timeout",
              timeout));
      wire.frame(Wire.DATA, Wire.END_STREAM, 1, message(Note.newBuilder().setId("a").build()));

      return status(wire);
    }
  }

  private static byte[] message(Note note) {
    byte[] bytes = note.toByteArray();
    ByteBuf frame = Unpooled.buffer();
    return ByteBufUtil.getBytes(frame.writeByte(0).writeInt(bytes.length).writeBytes(bytes));
  }

  private static Code status(Wire wire) throws IOException, Http2Exception {
    DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    for (Wire.Frame frame = wire.next(); frame != null; frame = wire.next()) {
      if (frame.type() == Wire.HEADERS) {
        Http2Headers headers =
            decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        CharSequence status = headers.get("grpc-status");
        if (status != null) {
          return io.grpc.Status.fromCodeValue(Integer.parseInt(status.toString())).getCode();
        }
      } else if (frame.type() == Wire.RST_STREAM || frame.type() == Wire.GO_AWAY) {
        throw new AssertionError("ended by the transport, error " + frame.error());
      }
    }
    throw new AssertionError("the connection ended without a status");
  }
}
