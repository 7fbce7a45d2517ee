package dev.kryonix.gateway.web;

import dev.kryonix.gateway.access.Protocol;
import dev.kryonix.gateway.forward.ForwardRegistry;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.Entrance;
import dev.kryonix.gateway.http.HttpErrors;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.http.RequestBody;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.ServerConfig;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes calls of gRPC-Web and forwards them like those that came over gRPC. */
@Singleton
final class WebEntrance implements Entrance {
  private final ForwardRegistry methods;
  private final EventLoops loops;
  private final Answers answers;
  private final int maxMessageBytes;

  WebEntrance(ForwardRegistry methods, EventLoops loops, Answers answers, ServerConfig server) {
    this.methods = methods;
    this.loops = loops;
    this.answers = answers;
    this.maxMessageBytes = server.maxMessageBytes();
  }

  @Override
  public boolean takes(HttpRequestHead request) {
    return WebFormat.isWeb(request);
  }

  @Override
  public RequestBody begin(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    exchange.record().protocol(Protocol.GRPC_WEB);
    if (!request.method().equals("POST")) {
      answers.refuse(
          exchange,
          HttpErrors.otherMethods(request.method(), request.path(), Set.of("POST")),
          Map.of("allow", "POST"));
      return RequestBody.NONE;
    }
    ServerMethodDefinition<Frame, Frame> method = methods.find(request.path().substring(1));
    WebCall call = new WebCall(exchange, method.getMethodDescriptor());
    try {
      start(exchange, call, method);
    } catch (ServiceException e) {
      call.refuse(e);
    }
    return new WebBody(call, WebFormat.ofRequest(request), maxMessageBytes);
  }

  private void start(
      HttpExchange exchange, WebCall call, ServerMethodDefinition<Frame, Frame> method) {
    HttpRequestHead request = exchange.request();
    Optional<Deadline> deadline = Timeout.deadline(request.header("grpc-timeout"));
    Metadata headers = WebHeaders.metadata(request.headers());
    Context.CancellableContext context =
        deadline.isEmpty()
            ? Context.ROOT.withCancellation()
            : Context.ROOT.withDeadline(deadline.get(), loops.group());
    context.run(
        () -> {
          ServerCall.Listener<Frame> listener =
              method.getServerCallHandler().startCall(call, headers);
          call.open(listener, context);
        });
  }
}
