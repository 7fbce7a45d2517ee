package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Turn;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;

/**
 * Writes a stream of responses, each as it comes, and asks for the next when the client has taken
 * the last. A stream that fails before its first message is answered like any failed call; one that
 * fails later ends with the error as its last piece.
 */
final class StreamAnswer extends AnswerListener {
  private static final long FIRST_BYTE_AFTER_MILLIS = 1_000;
  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private final AnswerTo to;
  private final Mapping mapping;
  private final Answers answers;
  private final ClientCall<Frame, Frame> call;
  private final StreamFormat format;
  private final Turn fromService;
  private final Future<?> firstByte;
  private final Future<?> heartbeat;
  private boolean begun;
  private boolean ended;
  private boolean first = true;

  StreamAnswer(AnswerTo to, Mapping mapping, Answers answers, ClientCall<Frame, Frame> call) {
    this.to = to;
    this.mapping = mapping;
    this.answers = answers;
    this.call = call;
    this.format = StreamFormat.of(to.exchange().request(), to.binding());
    this.fromService = new Turn(() -> call.request(1), to.exchange()::isWritable);
    // A stream on which nothing happens yet is open all the same, and its client should know.
    this.firstByte = to.exchange().after(FIRST_BYTE_AFTER_MILLIS, this::beginEarly);
    this.heartbeat = to.exchange().every(HEARTBEAT_MILLIS, this::beat);
  }

  @Override
  public synchronized void onHeaders(Metadata headers) {
    beginEarly();
  }

  @Override
  public synchronized void onMessage(Frame frame) {
    HttpContent content;
    try {
      content = mapping.response(to.binding(), frame);
    } catch (RuntimeException e) {
      call.cancel("an answer cannot be mapped", WireErrors.of(e, to.target().rpc().name()));
      return;
    }
    begin(content.type());
    if (format == StreamFormat.EVENTS) {
      mapping
          .eventId(to.binding(), frame)
          .ifPresent(id -> to.exchange().write(StreamFormat.id(id)));
    }
    to.exchange().write(format.piece(first, content.bytes()));
    first = false;
    fromService.next();
  }

  @Override
  public synchronized void onClose(Status status, Metadata trailers) {
    ended = true;
    firstByte.cancel(false);
    heartbeat.cancel(false);
    UpstreamStatus end = UpstreamStatus.of(to.target().upstream().name(), status, trailers);
    if (!begun && !status.isOk()) {
      answers.error(to.exchange(), end);
      return;
    }
    begin(format.contentType());
    if (!status.isOk()) {
      if (format == StreamFormat.RAW) {
        to.exchange().abort();
        return;
      }
      to.exchange().write(format.error(first, answers.last(end)));
    }
    to.exchange().write(format.close());
    to.exchange().end();
  }

  @Override
  void clientReady() {
    fromService.resume();
  }

  private synchronized void beginEarly() {
    if (format != StreamFormat.RAW && !ended) {
      begin(format.contentType());
    }
  }

  private synchronized void beat() {
    if (format == StreamFormat.EVENTS && begun && !ended && to.exchange().isWritable()) {
      to.exchange().write(HEARTBEAT);
    }
  }

  private void begin(String contentType) {
    if (begun) {
      return;
    }
    begun = true;
    String type = format == StreamFormat.RAW ? contentType : format.contentType();
    to.exchange()
        .begin(type.isEmpty() ? "application/octet-stream" : type, EmptyHttpHeaders.INSTANCE);
    to.exchange().write(format.open());
  }
}
