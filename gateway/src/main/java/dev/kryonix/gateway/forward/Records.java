package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.access.AccessLog;
import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.access.Protocol;
import dev.kryonix.gateway.limit.Peer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/** The records of calls that are forwarded. */
final class Records {
  private Records() {}

  /** That of the HTTP request around the call, or a new one. */
  static CallRecord of(ServerCall<?, ?> call, Metadata headers, AccessLog log) {
    CallRecord around = call.getAttributes().get(CallRecord.KEY);
    CallRecord record = around == null ? log.begin(Protocol.GRPC) : around;
    record.headers(headers);
    if (around == null) {
      record.peer(Peer.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
    }
    return record;
  }
}
