package dev.kryonix.gateway.access;

import com.google.gson.stream.JsonWriter;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One call as one line of JSON. What callers chose is cut to a length. */
final class AccessLine {
  private static final int LONGEST = 120;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double THOUSAND = 1e3;

  private AccessLine() {}

  static String of(CallRecord call) {
    StringWriter text = new StringWriter(512);
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      json.name("time").value(Instant.ofEpochMilli(call.startedMillis).toString());
      json.name("protocol").value(call.protocol.text());
      text(json, "rpc", call.rpc);
      text(json, "http_method", call.httpMethod);
      text(json, "route", call.route);
      if (call.httpStatus != 0) {
        json.name("http_status").value(call.httpStatus);
      }
      if (call.code != null) {
        json.name("code").value(call.code.name());
      }
      text(json, "reason", reason(call));
      caller(json, call.caller);
      text(json, "peer", call.peer);
      text(json, "user_agent", call.userAgent);
      text(json, "request_id", call.requestId);
      text(json, "trace_id", call.trace.traceId());
      double millis = (call.endedNanos - call.startedNanos) / NANOS_PER_MILLI;
      json.name("duration_ms").value(Math.round(millis * THOUSAND) / THOUSAND);
      json.name("bytes_in").value(call.bytesIn);
      json.name("bytes_out").value(call.bytesOut);
      if (call.messagesIn + call.messagesOut > 0) {
        json.name("messages_in").value(call.messagesIn);
        json.name("messages_out").value(call.messagesOut);
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  private static void caller(JsonWriter json, @Nullable Principal caller) throws IOException {
    if (caller != null) {
      text(json, "tenant", caller.tenant().map(TenantId::value).orElse(""));
      text(json, "subject", caller.subject());
      text(json, "plan", caller.plan());
      if (caller.actingAs()) {
        json.name("acting_as").value(true);
      }
    }
  }

  private static void text(JsonWriter json, String name, String value) throws IOException {
    if (!value.isEmpty()) {
      json.name(name).value(cut(value));
    }
  }

  /** What a caller chose, at most so long. */
  static String cut(String value) {
    return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "…";
  }

  /** The reason of a refusal, empty when there is none. */
  static String reason(CallRecord call) {
    byte[] details = call.details();
    if (details == null) {
      return call.reason;
    }
    try {
      for (Any detail : Status.parseFrom(details).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
    } catch (InvalidProtocolBufferException e) {
      // A service behind the gateway may write there what it likes.
      return "";
    }
    return "";
  }
}
