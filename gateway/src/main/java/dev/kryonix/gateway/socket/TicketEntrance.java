package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.authorize.Door;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.Entrance;
import dev.kryonix.gateway.http.HttpErrors;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.http.RequestBody;
import dev.kryonix.gateway.http.WholeBody;
import dev.kryonix.gateway.limit.TrustedProxies;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.Routes;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.policy.CallerInterceptor;
import io.grpc.Metadata;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sells tickets: {@code POST /v1/tickets} with a token, as a browser can send one, and the path of
 * the socket. Who may have a ticket is whoever may make the call that it is for, so the door is
 * asked about that call, and charges for it.
 */
@Singleton
public final class TicketEntrance implements Entrance {
  /** Where tickets are sold. */
  public static final String PATH = "/v1/tickets";

  private static final int MAX_BYTES = 16 * 1024;

  private final Routes routes;
  private final Door door;
  private final TrustedProxies proxies;
  private final TicketSeal seal;
  private final TicketJson json;
  private final Answers answers;

  TicketEntrance(
      Routes routes,
      Door door,
      TrustedProxies proxies,
      TicketSeal seal,
      TicketJson json,
      Answers answers) {
    this.routes = routes;
    this.door = door;
    this.proxies = proxies;
    this.seal = seal;
    this.json = json;
    this.answers = answers;
  }

  @Override
  public boolean takes(HttpRequestHead request) {
    return request.path().equals(PATH);
  }

  @Override
  public RequestBody begin(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    Map<String, String> allow = Map.of("allow", "OPTIONS, POST");
    switch (request.method()) {
      case "POST" -> {
        return new WholeBody(exchange, MAX_BYTES, body -> ask(exchange, body));
      }
      case "OPTIONS" -> answers.empty(exchange, allow);
      default ->
          answers.refuse(
              exchange,
              HttpErrors.otherMethods(request.method(), request.path(), Set.of("POST")),
              allow);
    }
    return RequestBody.NONE;
  }

  private void ask(HttpExchange exchange, byte[] body) {
    HttpRequestHead request = exchange.request();
    String path = json.path(request.header("content-type"), body);
    Binding binding = find(path);
    Metadata headers = ForwardedHeaders.fromHttp(request.headers());
    door.admit(
        binding.rpc(),
        headers,
        proxies.caller(exchange.remoteAddress(), request.header("x-forwarded-for")),
        admission -> exchange.execute(() -> decided(exchange, path, headers, admission)));
  }

  private Binding find(String path) {
    try {
      if (routes.find("GET", path) instanceof Match.Found<Binding>(Binding binding, var captures)) {
        Opening.requireSocket(binding);
        return binding;
      }
    } catch (MalformedPathException e) {
      throw HttpErrors.malformed(String.valueOf(e.getMessage()));
    }
    throw HttpErrors.noRoute(path);
  }

  private void decided(HttpExchange exchange, String path, Metadata headers, Admission admission) {
    admission
        .allowance()
        .ifPresent(
            allowance -> {
              exchange.addHeader("ratelimit-policy", allowance.policyHeader());
              exchange.addHeader("ratelimit", allowance.header());
            });
    switch (admission) {
      case Admission.Refused refused -> answers.refuse(exchange, refused.why());
      case Admission.Admitted admitted -> sell(exchange, path, headers, admitted.principal());
    }
  }

  private void sell(
      HttpExchange exchange, String path, Metadata headers, Optional<Principal> caller) {
    try {
      TicketGrant grant =
          new TicketGrant(
              path,
              caller.map(known -> BearerToken.of(headers)),
              Optional.ofNullable(headers.get(CallerInterceptor.ACT_AS)));
      byte[] ticket = json.ticket(seal.seal(grant, caller.map(Principal::expiresAt)));
      exchange.answer(
          200, new HttpContent(HttpContent.JSON, ticket), Map.of("cache-control", "no-store"));
    } catch (RuntimeException e) {
      answers.refuse(exchange, WireErrors.of(e, PATH));
    }
  }
}
