package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.codec.MalformedMessageException;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.RequestMapper;
import dev.kryonix.gateway.transcode.ResponseMapper;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.server.ServerConfig;
import jakarta.inject.Singleton;

/** Between HTTP bodies and frames. */
@Singleton
final class Mapping {
  private final RequestMapper requests;
  private final ResponseMapper responses;
  private final int maxBytes;

  Mapping(Contract contract, ServerConfig server) {
    requests = new RequestMapper(contract);
    responses = new ResponseMapper(contract);
    maxBytes = server.maxMessageBytes();
  }

  Frame request(RestRequest request, byte[] body) {
    HttpContent content = new HttpContent(request.contentType(), body);
    return new Frame(
        requests.map(request.binding(), request.captures(), request.head().query(), content),
        false);
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
