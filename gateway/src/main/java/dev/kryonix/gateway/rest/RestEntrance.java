package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.access.Protocol;
import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.authorize.Door;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.Entrance;
import dev.kryonix.gateway.http.HttpErrors;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.http.RequestBody;
import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.gateway.limit.TrustedProxies;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.Routes;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Metadata;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.netty.handler.codec.http.HttpMethod;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes a request through routing, then the door, then to its call. Routing comes first, since the
 * policy is the RPC's; the body is looked at last, so that a stranger learns nothing of it.
 */
@Singleton
@Order(Ordered.LOWEST_PRECEDENCE)
final class RestEntrance implements Entrance {
  private final Routes routes;
  private final Door door;
  private final TrustedProxies proxies;
  private final RestCalls calls;
  private final Answers answers;
  private final Outcomes outcomes;

  RestEntrance(
      Routes routes,
      Door door,
      TrustedProxies proxies,
      RestCalls calls,
      Answers answers,
      Outcomes outcomes) {
    this.routes = routes;
    this.door = door;
    this.proxies = proxies;
    this.calls = calls;
    this.answers = answers;
    this.outcomes = outcomes;
  }

  @Override
  public boolean takes(HttpRequestHead request) {
    return true;
  }

  @Override
  public RequestBody begin(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    if (request.method().equals(HttpMethod.OPTIONS.name())) {
      options(exchange);
      return RequestBody.NONE;
    }
    return switch (find(request, request.isHead() ? "GET" : request.method())) {
      case Match.Found<Binding>(Binding binding, Map<String, String> captures) ->
          admit(exchange, new RestRequest(request, binding, captures, System.nanoTime()));
      case Match.OtherMethods<Binding>(Set<String> allowed) -> {
        answers.refuse(
            exchange,
            HttpErrors.otherMethods(request.method(), request.path(), withHead(allowed)),
            Map.of("allow", String.join(", ", withHead(allowed))));
        yield RequestBody.NONE;
      }
      case Match.Nothing<Binding> nothing -> throw HttpErrors.noRoute(request.path());
    };
  }

  private RequestBody admit(HttpExchange exchange, RestRequest request) {
    Metadata headers = ForwardedHeaders.fromHttp(request.head().headers());
    CallRecord record = exchange.record();
    record.protocol(Protocol.REST);
    record.rpc(request.binding().rpc().name());
    record.route(request.head().method(), request.binding().template().source());
    record.headers(headers);
    record.userAgent(request.head().header("user-agent"));
    Peer peer = proxies.caller(exchange.remoteAddress(), request.head().header("x-forwarded-for"));
    record.peer(peer);
    RestIntake intake = calls.intake(exchange, request, headers);
    // Nothing of the body is read before the caller is known.
    exchange.pauseBody();
    door.admit(
        request.binding().rpc(),
        headers,
        peer,
        admission -> exchange.execute(() -> decided(exchange, request, intake, admission)));
    return intake;
  }

  private void decided(
      HttpExchange exchange, RestRequest request, RestIntake intake, Admission admission) {
    admission
        .allowance()
        .ifPresent(
            allowance -> {
              exchange.addHeader("ratelimit-policy", allowance.policyHeader());
              exchange.addHeader("ratelimit", allowance.header());
            });
    switch (admission) {
      case Admission.Admitted admitted -> {
        admitted.principal().ifPresent(exchange.record()::caller);
        try {
          intake.admit(admitted);
        } catch (ServiceException e) {
          outcomes.record(request, e.code());
          answers.refuse(exchange, e);
        }
      }
      case Admission.Refused(ServiceException why, var allowance) -> {
        outcomes.record(request, why.code());
        answers.refuse(exchange, why);
      }
    }
    exchange.resumeBody();
  }

  private Match<Binding> find(HttpRequestHead request, String method) {
    try {
      return routes.find(method, request.path());
    } catch (MalformedPathException e) {
      throw HttpErrors.malformed(String.valueOf(e.getMessage()));
    }
  }

  private void options(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    if (find(request, request.method()) instanceof Match.OtherMethods<Binding>(var allowed)) {
      Set<String> all = withHead(allowed);
      all.add("OPTIONS");
      answers.empty(exchange, Map.of("allow", String.join(", ", all)));
    } else {
      throw HttpErrors.noRoute(request.path());
    }
  }

  private static Set<String> withHead(Set<String> allowed) {
    Set<String> all = new TreeSet<>(allowed);
    if (all.contains("GET")) {
      all.add("HEAD");
    }
    return all;
  }
}
