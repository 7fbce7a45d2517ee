package dev.kryonix.gateway.access;

import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.telemetry.CallTrace;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call, as it will stand in the access log: filled in while the call goes its way, given to the
 * log once when it ends. It never holds a token, a payload, a query or a path with its values.
 */
public final class CallRecord {
  /** Where a call over HTTP brings the record of its request along. */
  public static final Attributes.Key<CallRecord> KEY = Attributes.Key.create("access record");

  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Metadata.Key<String> USER_AGENT = ascii("user-agent");
  private static final Metadata.Key<String> REQUEST_ID = ascii("x-request-id");

  /** As nginx and others log it. */
  private static final int CLIENT_CLOSED_REQUEST = 499;

  private static final int SWITCHING_PROTOCOLS = 101;

  final long startedMillis = System.currentTimeMillis();
  final long startedNanos = System.nanoTime();
  private final AccessLog log;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean endsWithCall;
  Protocol protocol;
  String rpc = "";
  String route = "";
  String httpMethod = "";
  String userAgent = "";
  String requestId = "";
  CallTrace trace = CallTrace.NONE;
  String peer = "";
  @Nullable Principal caller;
  int httpStatus;
  Status.@Nullable Code code;
  String reason = "";
  long endedNanos;
  long bytesIn;
  long bytesOut;
  long messagesIn;
  long messagesOut;
  private byte @Nullable [] details;

  CallRecord(AccessLog log, Protocol protocol) {
    this.log = log;
    this.protocol = protocol;
    this.endsWithCall = protocol == Protocol.GRPC;
  }

  public void protocol(Protocol known) {
    protocol = known;
  }

  /** An RPC of the contract, by its full name; empty for what is in no contract. */
  public void rpc(String name) {
    rpc = name;
  }

  /** The template of the path, not the path. */
  public void route(String method, String template) {
    httpMethod = method;
    route = template;
  }

  /**
   * Who the caller says that it is, what it calls the request, and the trace that this is in. What
   * is called with these headers from then on follows this call in the trace.
   */
  public void headers(Metadata headers) {
    userAgent = Objects.requireNonNullElse(headers.get(USER_AGENT), userAgent);
    requestId = Objects.requireNonNullElse(headers.get(REQUEST_ID), "");
    trace = log.trace(headers);
  }

  /** Who the client says that it is. */
  public void userAgent(String value) {
    userAgent = value;
  }

  public void peer(Peer from) {
    peer = from.name();
  }

  public void caller(Principal who) {
    caller = who;
  }

  public void httpStatus(int status) {
    httpStatus = status;
  }

  /** It is refused here. */
  public void refused(ServiceException why) {
    code = why.code();
    reason = why.reasonName();
  }

  /** It has ended so. */
  public void status(Status status, Metadata trailers) {
    code = status.getCode();
    details = status.isOk() ? null : trailers.get(DETAILS);
  }

  /** It has ended so, in the form of errors over HTTP. */
  public void status(com.google.rpc.Status status) {
    code = Status.fromCodeValue(status.getCode()).getCode();
    details = status.toByteArray();
  }

  public void received(int bytes) {
    messagesIn++;
    bytesIn += bytes;
  }

  public void sent(int bytes) {
    messagesOut++;
    bytesOut += bytes;
  }

  /** Part of a body came in. */
  public void bodyPart(int bytes) {
    bytesIn += bytes;
  }

  /** Part of an answer went out. */
  public void answerPart(long bytes) {
    bytesOut += bytes;
  }

  /** The request has become a socket; what ends now is the call, not the request. */
  public void upgraded() {
    endsWithCall = true;
    httpStatus = SWITCHING_PROTOCOLS;
  }

  /** The client went away; an answer that it had in whole stands. */
  public void gone(boolean answered) {
    if (!answered && !endsWithCall()) {
      code = Status.Code.CANCELLED;
      httpStatus = CLIENT_CLOSED_REQUEST;
    }
  }

  /** Whether the record ends with the call rather than with an HTTP request around it. */
  public boolean endsWithCall() {
    return endsWithCall;
  }

  /** The call is over: counts it and gives it to the log, the first time. */
  public void end() {
    if (ended.compareAndSet(false, true)) {
      endedNanos = System.nanoTime();
      log.ended(this);
    }
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** The google.rpc.Status of an end that was not OK, when there was one. */
  byte @Nullable [] details() {
    return details;
  }
}
