package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.codec.MalformedMessageException;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.RequestMapper;
import dev.kryonix.gateway.transcode.ResponseMapper;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.server.ServerConfig;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Between HTTP bodies and frames. */
@Singleton
final class Mapping {
  private final RequestMapper requests;
  private final ResponseMapper responses;
  private final Map<String, EventCursor> cursors = new HashMap<>();
  private final int maxBytes;

  Mapping(Contract contract, ServerConfig server) {
    requests = new RequestMapper(contract);
    responses = new ResponseMapper(contract);
    contract
        .rpcs()
        .forEach(rpc -> EventCursor.of(rpc).ifPresent(cursor -> cursors.put(rpc.name(), cursor)));
    maxBytes = server.maxMessageBytes();
  }

  Frame request(RestRequest request, byte[] body) {
    HttpContent content = new HttpContent(request.contentType(), body);
    return new Frame(
        requests.map(request.binding(), request.captures(), query(request), content), false);
  }

  /** A browser that comes back says where it was, and asks for the same address as before. */
  private String query(RestRequest request) {
    String query = request.head().query();
    String lastEventId = request.head().header(EventCursor.LAST_EVENT_ID);
    if (lastEventId.isEmpty() || !(request.binding().body() instanceof Binding.Body.None)) {
      return query;
    }
    return cursor(request.binding().rpc())
        .map(cursor -> cursor.resumed(query, lastEventId))
        .orElse(query);
  }

  /** Where in the stream an answer stands, when its RPC can say. */
  Optional<String> eventId(Binding binding, Frame frame) {
    return cursor(binding.rpc()).flatMap(cursor -> cursor.in(frame.plain(maxBytes)));
  }

  private Optional<EventCursor> cursor(Rpc rpc) {
    return Optional.ofNullable(cursors.get(rpc.name()));
  }

  HttpContent response(Binding binding, Frame frame) {
    try {
      return responses.map(binding, frame.plain(maxBytes));
    } catch (MalformedMessageException e) {
      // Not the caller's message but the service's: a defect, which must not look like bad input.
      throw new IllegalStateException("unreadable answer of " + binding, e);
    }
  }
}
