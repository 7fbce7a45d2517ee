package dev.kryonix.gateway.socket;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.gateway.v1.CreateTicketRequest;
import dev.kryonix.api.gateway.v1.CreateTicketResponse;
import dev.kryonix.api.gateway.v1.TicketProto;
import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.gateway.codec.GivenPaths;
import dev.kryonix.gateway.codec.WireOut;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.util.List;

/** What is asked for and given at the sale of tickets, as JSON. */
@Singleton
final class TicketJson {
  private final Codecs codecs = new Codecs(List.of(TicketProto.getDescriptor()));

  /** The path that a ticket is asked for. */
  String path(String contentType, byte[] body) {
    HttpContent content = new HttpContent(contentType, body);
    if (!contentType.isEmpty() && !content.mediaType().equals(HttpContent.JSON)) {
      throw ServiceException.of(
              Code.INVALID_ARGUMENT,
              ErrorReason.ERROR_REASON_CONTENT_TYPE_UNSUPPORTED,
              "A ticket is asked for in " + HttpContent.JSON + ".")
          .with("content_type", contentType);
    }
    WireOut out = new WireOut(body.length);
    codecs.read(CreateTicketRequest.getDescriptor(), body, out, GivenPaths.IGNORED);
    String path = parsed(out.toByteArray()).getPath();
    if (!path.startsWith("/")) {
      throw CommonErrors.invalidField("path", "must be the path of the socket, from its slash on");
    }
    return path;
  }

  /** A ticket, as the answer. */
  byte[] ticket(TicketSeal.Ticket ticket) {
    return codecs.print(
        CreateTicketResponse.getDescriptor(),
        CreateTicketResponse.newBuilder()
            .setTicket(ticket.text())
            .setExpireTime(Timestamps.fromMillis(ticket.expiry().toEpochMilli()))
            .build()
            .toByteArray());
  }

  private static CreateTicketRequest parsed(byte[] wire) {
    try {
      return CreateTicketRequest.parseFrom(wire);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the codec writes what protobuf reads", e);
    }
  }
}
