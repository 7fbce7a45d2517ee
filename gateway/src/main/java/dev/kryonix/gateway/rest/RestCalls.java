package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.rest.RestHandler.RestRequest;
import dev.kryonix.gateway.upstream.Calls;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.gateway.upstream.Targets;
import dev.kryonix.kit.identity.Principal;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Makes the gRPC call of a REST request. */
@Singleton
final class RestCalls {
  private final Targets targets;
  private final Calls calls;
  private final Mapping mapping;
  private final Answers answers;
  private final Outcomes outcomes;

  RestCalls(Targets targets, Calls calls, Mapping mapping, Answers answers, Outcomes outcomes) {
    this.targets = targets;
    this.calls = calls;
    this.mapping = mapping;
    this.answers = answers;
    this.outcomes = outcomes;
  }

  void start(
      HttpExchange exchange, RestRequest request, Metadata headers, Optional<Principal> principal) {
    Target target = targets.find(request.binding().rpc().name());
    if (target == null) {
      throw new IllegalStateException("a route to an RPC without target: " + request.binding());
    }
    List<byte[]> bodies = Lines.of(request);
    // The first message is mapped before the call is made, so that a mistake in it costs the
    // service nothing.
    Frame first = mapping.request(request, bodies.getFirst());
    ClientCall<Frame, Frame> call = calls.open(target, options(exchange), principal);
    Feeder feeder =
        new Feeder(
            call, first, bodies.subList(1, bodies.size()), body -> mapping.request(request, body));
    AnswerListener answer =
        target.rpc().method().isServerStreaming()
            ? new StreamAnswer(
                new AnswerTo(exchange, request.binding(), target), mapping, answers, call)
            : new UnaryAnswer(new AnswerTo(exchange, request.binding(), target), mapping, answers);
    answer.onReady(feeder::feed);
    exchange.onWritable(answer::clientReady);
    call.start(outcomes.counting(request, answer), headers);
    exchange.onGone(() -> call.cancel("the client went away", null));
    call.request(target.rpc().method().isServerStreaming() ? 1 : 2);
    feeder.feed();
  }

  private static CallOptions options(HttpExchange exchange) {
    return RestHandler.timeout(exchange.request())
        .map(
            seconds ->
                CallOptions.DEFAULT.withDeadlineAfter(
                    (long) (seconds * 1000), TimeUnit.MILLISECONDS))
        .orElse(CallOptions.DEFAULT);
  }
}
