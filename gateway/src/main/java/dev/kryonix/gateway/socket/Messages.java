package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.gateway.codec.MalformedMessageException;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.RequestMapper;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.server.ServerConfig;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import jakarta.inject.Singleton;

/** Between the messages of a socket and those of its RPC. */
@Singleton
final class Messages {
  private final RequestMapper requests;
  private final Codecs codecs;
  private final int maxBytes;

  Messages(Contract contract, ServerConfig server) {
    requests = new RequestMapper(contract);
    codecs = contract.codecs();
    maxBytes = server.maxMessageBytes();
  }

  /**
   * The message of the RPC, with what the path binds. In JSON, a message that says otherwise than
   * the path is refused; bytes are not looked at, but what is written last counts.
   */
  Frame request(Opening opening, byte[] message) {
    Binding route = opening.binding();
    return switch (opening.subprotocol()) {
      case JSON -> new Frame(map(route.with(new Binding.Body.Whole()), opening, message), false);
      case PROTO -> {
        byte[] bound = map(route.with(new Binding.Body.None()), opening, new byte[0]);
        yield new Frame(bound.length == 0 ? message : joined(message, bound), false);
      }
    };
  }

  private byte[] map(Binding binding, Opening opening, byte[] message) {
    return requests.map(
        binding, opening.captures(), "", new HttpContent(HttpContent.JSON, message));
  }

  /** An answer of the RPC as a message of the socket. */
  WebSocketFrame answer(Opening opening, Frame frame) {
    byte[] plain = frame.plain(maxBytes);
    return switch (opening.subprotocol()) {
      case JSON -> new TextWebSocketFrame(Unpooled.wrappedBuffer(print(opening.binding(), plain)));
      case PROTO -> new BinaryWebSocketFrame(Unpooled.wrappedBuffer(plain));
    };
  }

  private byte[] print(Binding binding, byte[] message) {
    try {
      return binding
          .responseField()
          .map(field -> codecs.printField(field, message))
          .orElseGet(() -> codecs.print(binding.rpc().method().getOutputType(), message));
    } catch (MalformedMessageException e) {
      // Not the caller's message but the service's: a defect, which must not look like bad input.
      throw new IllegalStateException("unreadable answer of " + binding, e);
    }
  }

  private static byte[] joined(byte[] first, byte[] last) {
    byte[] all = new byte[first.length + last.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(last, 0, all, first.length, last.length);
    return all;
  }
}
