package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.access.Protocol;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.forward.ForwardRegistry;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.Entrance;
import dev.kryonix.gateway.http.HttpErrors;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.http.Origins;
import dev.kryonix.gateway.http.RequestBody;
import dev.kryonix.gateway.limit.TrustedProxies;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Match;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.Routes;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.policy.CallerInterceptor;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Takes requests to open a socket through the origin, the route and the ticket, then forwards them
 * like calls that came over gRPC, through the same door.
 */
@Singleton
final class SocketEntrance implements Entrance {
  private static final Metadata.Key<String> FORWARDED_FOR =
      Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);

  private final Routes routes;
  private final Origins origins;
  private final TicketCheck tickets;
  private final TrustedProxies proxies;
  private final ForwardRegistry methods;
  private final Sockets sockets;
  private final Answers answers;

  SocketEntrance(
      Routes routes,
      Origins origins,
      TicketCheck tickets,
      TrustedProxies proxies,
      ForwardRegistry methods,
      Sockets sockets,
      Answers answers) {
    this.routes = routes;
    this.origins = origins;
    this.tickets = tickets;
    this.proxies = proxies;
    this.methods = methods;
    this.sockets = sockets;
    this.answers = answers;
  }

  @Override
  public boolean takes(HttpRequestHead request) {
    return request.method().equals("GET")
        && request
            .headers()
            .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  @Override
  public RequestBody begin(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    if (!origins.allow(request)) {
      throw SocketErrors.origin(request.header(HttpHeaderNames.ORIGIN));
    }
    // Whatever the outcome, the client may be of another version (RFC 6455, section 4.2.2).
    exchange.addHeader("sec-websocket-version", "13");
    exchange.record().protocol(Protocol.WEBSOCKET);
    Opening opening = opening(request);
    exchange.record().route(request.method(), opening.binding().template().source());
    return new RequestBody() {
      @Override
      public void part(ByteBuf bytes) {
        throw SocketErrors.upgrade("the request has a body");
      }

      @Override
      public void end() {
        admit(exchange, opening);
      }
    };
  }

  private Opening opening(HttpRequestHead request) {
    try {
      return switch (routes.find("GET", request.path())) {
        case Match.Found<Binding>(Binding binding, Map<String, String> captures) ->
            Opening.of(request, binding, captures);
        case Match.OtherMethods<Binding> others ->
            throw SocketErrors.upgrade("the path leads to nothing that streams both ways");
        case Match.Nothing<Binding> nothing -> throw HttpErrors.noRoute(request.path());
      };
    } catch (MalformedPathException e) {
      throw HttpErrors.malformed(String.valueOf(e.getMessage()));
    }
  }

  private void admit(HttpExchange exchange, Opening opening) {
    exchange.record().rpc(opening.binding().rpc().name());
    HttpRequestHead head = opening.head();
    Metadata headers = ForwardedHeaders.fromHttp(head.headers());
    String forwardedFor = head.header("x-forwarded-for");
    if (!forwardedFor.isEmpty()) {
      headers.put(FORWARDED_FOR, forwardedFor);
    }
    if (opening.ticket().isEmpty()) {
      start(exchange, opening, headers);
      return;
    }
    if (headers.containsKey(BearerToken.AUTHORIZATION)) {
      throw SocketErrors.ticket("there is a token beside it");
    }
    tickets.redeem(
        opening.ticket().get(),
        head.path(),
        proxies.caller(exchange.remoteAddress(), forwardedFor),
        redeemed -> exchange.execute(() -> redeemed(exchange, opening, headers, redeemed)));
  }

  private void redeemed(
      HttpExchange exchange, Opening opening, Metadata headers, TicketCheck.Redeemed redeemed) {
    switch (redeemed) {
      case TicketCheck.Good(TicketGrant grant) -> {
        headers.discardAll(CallerInterceptor.ACT_AS);
        grant.token().ifPresent(token -> headers.put(BearerToken.AUTHORIZATION, "Bearer " + token));
        grant.actAs().ifPresent(tenant -> headers.put(CallerInterceptor.ACT_AS, tenant));
        start(exchange, opening, headers);
      }
      case TicketCheck.Spent spent ->
          answers.refuse(exchange, SocketErrors.ticket("it has been used"));
    }
  }

  private void start(HttpExchange exchange, Opening opening, Metadata headers) {
    ServerMethodDefinition<Frame, Frame> method = methods.find(opening.binding().rpc().name());
    SocketCall call = new SocketCall(exchange, opening, sockets, method.getMethodDescriptor());
    Context.CancellableContext context = Context.ROOT.withCancellation();
    context.run(
        () -> {
          try {
            ServerCall.Listener<Frame> listener =
                method.getServerCallHandler().startCall(call, headers);
            call.open(listener, context);
          } catch (RuntimeException e) {
            call.fail(WireErrors.of(e, call.name()));
          }
        });
  }
}
