package dev.kryonix.bench.gateway;

import com.google.protobuf.MessageLite;
import dev.kryonix.bench.load.Frames;
import dev.kryonix.bench.load.Shot;
import dev.kryonix.bench.load.Subject;
import dev.kryonix.bench.load.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The closed loops: what is sent to whom. */
final class Workloads {
  static final String SMALL = "unary 100 B";
  static final String LARGE = "unary 10 KiB";
  static final String STREAM = "stream of 1 KiB";
  static final String REST_SMALL = "REST 100 B";
  static final String REST_LARGE = "REST 10 KiB";

  /** Messages of one call, so that the call itself weighs little. */
  static final int STREAM_MESSAGES = 200;

  private static final String SERVICE = "/kryonix.echo.v1.EchoService/";
  private static final int CONNECTIONS = 8;
  private static final int STREAMS = 8;

  private final Surroundings surroundings;

  Workloads(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  List<Workload> grpc() throws IOException {
    return List.of(
        unary(SMALL, Payloads.SMALL), unary(LARGE, Payloads.LARGE), stream(STREAM_MESSAGES));
  }

  List<Workload> rest() throws IOException {
    return List.of(rest(REST_SMALL, Payloads.SMALL), rest(REST_LARGE, Payloads.LARGE));
  }

  /** A server stream in which one call brings so many messages. */
  Workload stream(int messages) throws IOException {
    int answer = Frames.of(Payloads.message(Payloads.STREAMED)).length * messages;
    return grpc(STREAM, "messages", "Count", Payloads.count(messages), messages, answer);
  }

  private Workload unary(String name, int bytes) throws IOException {
    MessageLite request = Payloads.echo(bytes);
    return grpc(name, "requests", "Echo", request, 1, Frames.of(request).length);
  }

  private Workload grpc(
      String name, String unit, String rpc, MessageLite request, int perCall, int answerBytes)
      throws IOException {
    Path body = surroundings.folder().resolve(rpc + "-" + answerBytes + ".frame");
    Files.write(body, Frames.of(request));
    List<String> headers = List.of("content-type: application/grpc", "te: trailers", bearer());
    return new Workload(
        name,
        unit,
        perCall,
        CONNECTIONS,
        STREAMS,
        List.of(surroundings.direct(), surroundings.gateway(), surroundings.nginx()),
        subject -> new Shot(url(subject, SERVICE + rpc), headers, body, false, answerBytes));
  }

  private Workload rest(String name, int bytes) throws IOException {
    Path body = surroundings.folder().resolve("echo-" + bytes + ".json");
    Files.writeString(body, Payloads.json(Payloads.echo(bytes)));
    List<String> headers = List.of("content-type: application/json", bearer());
    return new Workload(
        name,
        "requests",
        1,
        CONNECTIONS * STREAMS,
        1,
        List.of(surroundings.gatewayRest(), surroundings.armeria(), surroundings.armeriaAlone()),
        subject -> new Shot(url(subject, "/v1/echo"), headers, body, true, bytes));
  }

  private String bearer() {
    return "authorization: Bearer " + surroundings.token();
  }

  private static String url(Subject subject, String path) {
    return "http://127.0.0.1:" + subject.port() + path;
  }
}
