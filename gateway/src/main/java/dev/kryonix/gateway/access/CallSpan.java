package dev.kryonix.gateway.access;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.telemetry.RpcSpans;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;

/**
 * One call as a span. It says what the access log says of the RPC, the caller and the end; like it,
 * no token, payload, query or path with its values.
 */
final class CallSpan {
  private static final AttributeKey<String> PROTOCOL = AttributeKey.stringKey("kryonix.protocol");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("kryonix.reason");
  private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");
  private static final AttributeKey<String> HTTP_METHOD =
      AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");

  /** What is in no contract has no name that is worth a row in anybody's statistics. */
  private static final String NO_RPC = "unknown method";

  private CallSpan() {}

  static void end(Span span, CallRecord call) {
    if (call.rpc.isEmpty()) {
      span.updateName(NO_RPC);
    } else {
      RpcSpans.rpc(span, call.rpc);
    }
    span.setAttribute(PROTOCOL, call.protocol.text());
    text(span, CLIENT, call.peer);
    http(span, call);
    if (call.caller != null) {
      RpcSpans.caller(
          span, call.caller.tenant().map(TenantId::value).orElse(""), call.caller.plan());
    }
    text(span, REASON, AccessLine.reason(call));
    RpcSpans.end(span, SpanKind.SERVER, call.code == null ? Status.Code.UNKNOWN : call.code);
  }

  private static void http(Span span, CallRecord call) {
    if (call.httpMethod.isEmpty()) {
      return;
    }
    span.setAttribute(HTTP_METHOD, call.httpMethod);
    text(span, HTTP_ROUTE, call.route);
    if (call.protocol == Protocol.REST) {
      span.updateName(call.httpMethod + " " + call.route);
    }
    if (call.httpStatus != 0) {
      span.setAttribute(HTTP_STATUS, (long) call.httpStatus);
    }
  }

  private static void text(Span span, AttributeKey<String> name, String value) {
    if (!value.isEmpty()) {
      span.setAttribute(name, AccessLine.cut(value));
    }
  }
}
