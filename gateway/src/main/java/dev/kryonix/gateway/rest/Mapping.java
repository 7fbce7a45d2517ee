package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.codec.MalformedMessageException;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.http.EntityTag;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.RequestMapper;
import dev.kryonix.gateway.transcode.ResponseMapper;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.server.ServerConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
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
  private final Map<String, ReadVersion> versions = new HashMap<>();
  private final int maxBytes;

  Mapping(Contract contract, ServerConfig server) {
    requests = new RequestMapper(contract);
    responses = new ResponseMapper(contract);
    contract
        .rpcs()
        .forEach(rpc -> EventCursor.of(rpc).ifPresent(cursor -> cursors.put(rpc.name(), cursor)));
    contract
        .rpcs()
        .forEach(rpc -> ReadVersion.of(rpc).ifPresent(each -> versions.put(rpc.name(), each)));
    maxBytes = server.maxMessageBytes();
  }

  Frame request(RestRequest request, byte[] body) {
    HttpContent content = new HttpContent(request.contentType(), body);
    return new Frame(
        requests.map(request.binding(), request.captures(), query(request), content), false);
  }

  /**
   * A browser that comes back says where it was, or what it has, in a header, and asks for the same
   * address as before.
   */
  private String query(RestRequest request) {
    String query = request.head().query();
    String lastEventId = request.head().header(EventCursor.LAST_EVENT_ID);
    String ifNoneMatch = request.head().header(HttpHeaderNames.IF_NONE_MATCH);
    if (!(request.binding().body() instanceof Binding.Body.None)) {
      return query;
    }
    Rpc rpc = request.binding().rpc();
    if (!lastEventId.isEmpty()) {
      return cursor(rpc).map(cursor -> cursor.resumed(query, lastEventId)).orElse(query);
    }
    if (!ifNoneMatch.isEmpty()) {
      return version(rpc).map(version -> version.asked(query, ifNoneMatch)).orElse(query);
    }
    return query;
  }

  /** The tag of an answer; none when the service names what it reads, and has read nothing. */
  Optional<EntityTag> tag(Binding binding, Frame frame, HttpContent content) {
    return version(binding.rpc())
        .map(version -> version.in(frame.plain(maxBytes)))
        .orElseGet(() -> Optional.of(EntityTag.of(content.bytes())));
  }

  private Optional<ReadVersion> version(Rpc rpc) {
    return Optional.ofNullable(versions.get(rpc.name()));
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
