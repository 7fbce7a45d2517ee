package dev.kryonix.kit.telemetry;

import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;

/**
 * What a span says of an RPC, by OpenTelemetry's semantic conventions: names, numbers and who
 * called, never what was said.
 */
public final class RpcSpans {
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> STATUS = AttributeKey.longKey("rpc.grpc.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> TENANT = AttributeKey.stringKey("kryonix.tenant");
  private static final AttributeKey<String> PLAN = AttributeKey.stringKey("kryonix.plan");

  private RpcSpans() {}

  /** The RPC by its full name, which is also the span's. */
  public static void rpc(Span span, String fullMethodName) {
    int slash = fullMethodName.indexOf('/');
    span.updateName(fullMethodName);
    span.setAttribute(SYSTEM, "grpc");
    span.setAttribute(SERVICE, fullMethodName.substring(0, slash));
    span.setAttribute(METHOD, fullMethodName.substring(slash + 1));
  }

  /** Who called: a tenant and its plan, each empty when there is none. */
  public static void caller(Span span, String tenant, String plan) {
    if (!tenant.isEmpty()) {
      span.setAttribute(TENANT, tenant);
    }
    if (!plan.isEmpty()) {
      span.setAttribute(PLAN, plan);
    }
  }

  /** The call has ended so. What comes later of it is not part of the span. */
  public static void end(Span span, SpanKind kind, Status.Code code) {
    span.setAttribute(STATUS, (long) code.value());
    if (isError(kind, code)) {
      span.setAttribute(ERROR, code.name());
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  /** What is the caller's own mistake is no error of the one that serves it. */
  private static boolean isError(SpanKind kind, Status.Code code) {
    return switch (code) {
      case OK -> false;
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      default -> kind == SpanKind.CLIENT;
    };
  }
}
