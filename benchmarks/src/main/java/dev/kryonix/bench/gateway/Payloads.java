package dev.kryonix.bench.gateway;

import com.google.protobuf.ByteString;
import dev.kryonix.bench.echo.CountRequest;
import dev.kryonix.bench.echo.CountResponse;
import dev.kryonix.bench.echo.EchoRequest;
import dev.kryonix.bench.echo.EchoResponse;

/** The messages that are sent, of the sizes that are named in the tables. */
final class Payloads {
  static final int SMALL = 100;
  static final int LARGE = 10 * 1024;
  static final int STREAMED = 1024;

  private Payloads() {}

  /** A request that is exactly so many bytes long. */
  static EchoRequest echo(int bytes) {
    EchoRequest.Builder request =
        EchoRequest.newBuilder()
            .setId("agendamento-7f3a")
            .setNumber(1_234_567)
            .addTags("reminder")
            .addTags("whatsapp");
    int length = bytes;
    EchoRequest built;
    // The length of the text is written in front of it, in one byte or two.
    do {
      built = request.setText("m".repeat(length)).build();
      length -= Math.max(1, built.getSerializedSize() - bytes);
    } while (built.getSerializedSize() > bytes);
    return built;
  }

  static EchoResponse answer(EchoRequest request) {
    return EchoResponse.newBuilder()
        .setId(request.getId())
        .setNumber(request.getNumber())
        .addAllTags(request.getTagsList())
        .setText(request.getText())
        .build();
  }

  static CountRequest count(int messages) {
    return CountRequest.newBuilder().setCount(messages).setSize(STREAMED).build();
  }

  static CountResponse message(int bytes) {
    return CountResponse.newBuilder().setData(ByteString.copyFrom(new byte[bytes])).build();
  }

  /** The request as REST sends it. */
  static String json(EchoRequest request) {
    return """
    {"id": "%s", "number": "%d", "tags": ["%s"], "text": "%s"}"""
        .formatted(
            request.getId(),
            request.getNumber(),
            String.join("\", \"", request.getTagsList()),
            request.getText());
  }
}
