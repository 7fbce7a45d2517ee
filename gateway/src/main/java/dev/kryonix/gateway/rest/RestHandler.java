package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.authorize.Door;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.Routes;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpMethod;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes a request through routing, then the door, then its call. Routing comes first, since the
 * policy is the RPC's; the body is looked at last, so that a stranger learns nothing of it.
 */
@Singleton
final class RestHandler {
  /**
   * A larger body is parsed on a thread of its own, so that it does not hold up the connections of
   * the event loop.
   */
  private static final int PARSED_IN_PLACE_BYTES = 32 * 1024;

  private final Routes routes;
  private final Door door;
  private final RestCalls calls;
  private final Answers answers;
  private final Outcomes outcomes;

  RestHandler(Routes routes, Door door, RestCalls calls, Answers answers, Outcomes outcomes) {
    this.routes = routes;
    this.door = door;
    this.calls = calls;
    this.answers = answers;
    this.outcomes = outcomes;
  }

  void handle(HttpExchange exchange, HttpContent content) {
    try {
      route(exchange, content);
    } catch (RuntimeException e) {
      answers.refuse(exchange, WireErrors.of(e, exchange.request().method()));
    }
  }

  void refuse(HttpExchange exchange, ServiceException why) {
    answers.refuse(exchange, why);
  }

  private void route(HttpExchange exchange, HttpContent content) {
    HttpRequestHead request = exchange.request();
    if (request.method().equals(HttpMethod.OPTIONS.name())) {
      options(exchange);
      return;
    }
    switch (find(request, request.isHead() ? "GET" : request.method())) {
      case Match.Found<Binding>(Binding binding, Map<String, String> captures) ->
          admit(
              exchange,
              new RestRequest(binding, captures, request.query(), content, System.nanoTime()));
      case Match.OtherMethods<Binding>(Set<String> allowed) ->
          answers.refuse(
              exchange,
              RestErrors.otherMethods(request.method(), request.path(), withHead(allowed)),
              Map.of("allow", String.join(", ", withHead(allowed))));
      case Match.Nothing<Binding> nothing ->
          answers.refuse(exchange, RestErrors.noRoute(request.path()));
    }
  }

  private Match<Binding> find(HttpRequestHead request, String method) {
    try {
      return routes.find(method, request.path());
    } catch (MalformedPathException e) {
      throw RestErrors.malformed(String.valueOf(e.getMessage()));
    }
  }

  private void options(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    if (find(request, request.method()) instanceof Match.OtherMethods<Binding>(var allowed)) {
      Set<String> all = withHead(allowed);
      all.add("OPTIONS");
      answers.empty(exchange, Map.of("allow", String.join(", ", all)));
    } else {
      answers.refuse(exchange, RestErrors.noRoute(request.path()));
    }
  }

  private static Set<String> withHead(Set<String> allowed) {
    Set<String> all = new TreeSet<>(allowed);
    if (all.contains("GET")) {
      all.add("HEAD");
    }
    return all;
  }

  private void admit(HttpExchange exchange, RestRequest request) {
    Metadata headers = ForwardedHeaders.fromHttp(exchange.request().headers());
    door.admit(
        request.binding().rpc(),
        headers,
        admission -> {
          switch (admission) {
            case Admission.Refused(ServiceException why) -> refuse(exchange, request, why);
            case Admission.Admitted(var principal) -> {
              Runnable call =
                  () ->
                      guard(
                          exchange,
                          request,
                          () -> calls.start(exchange, request, headers, principal));
              if (request.content().bytes().length > PARSED_IN_PLACE_BYTES
                  && !Thread.currentThread().isVirtual()) {
                Thread.startVirtualThread(call);
              } else {
                call.run();
              }
            }
          }
        });
  }

  private void refuse(HttpExchange exchange, RestRequest request, ServiceException why) {
    outcomes.record(request, why.code());
    answers.refuse(exchange, why);
  }

  private void guard(HttpExchange exchange, RestRequest request, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      refuse(exchange, request, WireErrors.of(e, request.binding().rpc().name()));
    }
  }

  /** What was found for a request. */
  record RestRequest(
      Binding binding,
      Map<String, String> captures,
      String query,
      HttpContent content,
      long startedNanos) {}

  /** The timeout that the caller asks for, in seconds, as Google's X-Server-Timeout. */
  static Optional<Double> timeout(HttpRequestHead request) {
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
    throw RestErrors.malformed("x-server-timeout must be seconds between 0 and 3600");
  }
}
