package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.HttpErrors;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.upstream.Calls;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.gateway.upstream.Targets;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.server.ServerConfig;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes the gRPC call of a REST request. */
@Singleton
final class RestCalls {
  private final Targets targets;
  private final Calls calls;
  private final Mapping mapping;
  private final Answers answers;
  private final Outcomes outcomes;
  private final int maxMessageBytes;

  RestCalls(
      Targets targets,
      Calls calls,
      Mapping mapping,
      Answers answers,
      Outcomes outcomes,
      ServerConfig server) {
    this.targets = targets;
    this.calls = calls;
    this.mapping = mapping;
    this.answers = answers;
    this.outcomes = outcomes;
    this.maxMessageBytes = server.maxMessageBytes();
  }

  /** What takes the request's body, and makes the call once the door has let it in. */
  RestIntake intake(HttpExchange exchange, RestRequest request, Metadata headers) {
    RestCall call = new RestCall(exchange, request, headers);
    return request.isLines()
        ? new LineMessages(exchange, this, call, maxMessageBytes)
        : new OneMessage(exchange, this, call, maxMessageBytes);
  }

  /** Calls with the only message of the body. */
  void startWhole(RestCall call, Admission.Admitted caller, byte[] body) {
    Feeder feeder = start(call, caller, body);
    if (feeder != null) {
      feeder.complete();
    }
  }

  /**
   * Calls with the first message of the body.
   *
   * @return what takes the others, or null when the request has been refused
   */
  @Nullable Feeder start(RestCall call, Admission.Admitted caller, byte[] first) {
    try {
      return called(call, caller, first);
    } catch (RuntimeException e) {
      refuse(call, e);
      return null;
    }
  }

  /** A refusal is the answer; so is a defect, which then has been logged. */
  void refuse(RestCall call, RuntimeException thrown) {
    var why = WireErrors.of(thrown, call.request().binding().rpc().name());
    outcomes.record(call.request(), why.code());
    answers.refuse(call.exchange(), why);
  }

  private Feeder called(RestCall call, Admission.Admitted caller, byte[] body) {
    HttpExchange exchange = call.exchange();
    RestRequest request = call.request();
    Target target = targets.find(request.binding().rpc().name());
    if (target == null) {
      throw new IllegalStateException("a route to an RPC without target: " + request.binding());
    }
    // The first message is made before the call, so that a mistake in it costs the service nothing.
    Frame first = mapping.request(request, body);
    ClientCall<Frame, Frame> upstream = calls.open(target, options(request.head()), caller);
    AnswerTo to = new AnswerTo(exchange, request.binding(), target);
    AnswerListener answer =
        target.rpc().method().isServerStreaming()
            ? new StreamAnswer(to, mapping, answers, upstream)
            : new UnaryAnswer(to, mapping, answers);
    Feeder feeder =
        new Feeder(upstream, part -> mapping.request(request, part), exchange::resumeBody);
    answer.onReady(feeder::feed);
    exchange.onWritable(answer::clientReady);
    ForwardedHeaders.source(call.headers(), caller.peer());
    upstream.start(outcomes.counting(call, answer), call.headers());
    exchange.onGone(feeder::cancel);
    upstream.request(target.rpc().method().isServerStreaming() ? 1 : 2);
    feeder.first(first);
    return feeder;
  }

  private static CallOptions options(HttpRequestHead request) {
    return timeout(request)
        .map(
            seconds ->
                CallOptions.DEFAULT.withDeadlineAfter(
                    (long) (seconds * 1000), TimeUnit.MILLISECONDS))
        .orElse(CallOptions.DEFAULT);
  }

  /** The timeout that the caller asks for, in seconds, as Google's X-Server-Timeout. */
  private static Optional<Double> timeout(HttpRequestHead request) {
    String value = request.header("x-server-timeout");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      double seconds = Double.parseDouble(value);
      if (seconds > 0 && seconds <= 3600) {
        return Optional.of(seconds);
      }
    } catch (NumberFormatException e) {
      // Refused below like a number out of range.
    }
    throw HttpErrors.malformed("x-server-timeout must be seconds between 0 and 3600");
  }
}
