package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.EntityTag;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers with the one message of a response, or with the error. */
final class UnaryAnswer extends AnswerListener {
  /** A larger message is printed on a thread of its own rather than on the event loop. */
  private static final int PRINTED_IN_PLACE_BYTES = 64 * 1024;

  private static final Set<String> READS = Set.of("GET", "HEAD");

  private final AnswerTo to;
  private final Mapping mapping;
  private final Answers answers;
  private @Nullable Frame message;

  UnaryAnswer(AnswerTo to, Mapping mapping, Answers answers) {
    this.to = to;
    this.mapping = mapping;
    this.answers = answers;
  }

  @Override
  public void onMessage(Frame frame) {
    message = frame;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    Frame answer = message;
    if (!status.isOk() || answer == null) {
      Status end = status.isOk() ? Status.INTERNAL.withDescription("no answer") : status;
      answers.error(to.exchange(), UpstreamStatus.of(to.target().upstream().name(), end, trailers));
    } else if (answer.bytes().length > PRINTED_IN_PLACE_BYTES) {
      Thread.startVirtualThread(() -> print(answer));
    } else {
      print(answer);
    }
  }

  private void print(Frame answer) {
    HttpContent content;
    try {
      content = mapping.response(to.binding(), answer);
    } catch (RuntimeException e) {
      answers.refuse(to.exchange(), WireErrors.of(e, to.target().rpc().name()));
      return;
    }
    if (READS.contains(to.exchange().request().method())) {
      read(answer, content);
    } else {
      to.exchange().answer(200, content, Map.of());
    }
  }

  /** A client that has the answer already need not get it again, but has to ask each time. */
  private void read(Frame answer, HttpContent content) {
    Map<String, String> headers = new HashMap<>(Map.of("cache-control", "private, no-cache"));
    Optional<EntityTag> tag = mapping.tag(to.binding(), answer, content);
    tag.ifPresent(each -> headers.put("etag", each.text()));
    String ifNoneMatch = to.exchange().request().header(HttpHeaderNames.IF_NONE_MATCH);
    if (tag.isPresent() && tag.get().matches(ifNoneMatch)) {
      to.exchange().answer(304, HttpContent.NONE, headers);
    } else {
      to.exchange().answer(200, content, headers);
    }
  }

  @Override
  void clientReady() {
    // The answer is one piece.
  }
}
