package dev.kryonix.gateway.socket;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** The refusals of sockets and of their tickets. */
final class SocketErrors {
  private SocketErrors() {}

  static ServiceException upgrade(String what) {
    return ServiceException.of(
        Code.INVALID_ARGUMENT,
        ErrorReason.ERROR_REASON_UPGRADE_INVALID,
        "No WebSocket can be opened: " + what + ".");
  }

  static ServiceException origin(String origin) {
    return ServiceException.of(
            Code.PERMISSION_DENIED,
            ErrorReason.ERROR_REASON_ORIGIN_NOT_ALLOWED,
            "Pages of this origin may not open a WebSocket here.")
        .with("origin", origin);
  }

  static ServiceException ticket(String why) {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TICKET_INVALID,
        "The ticket is not accepted: " + why + "; get another at POST /v1/tickets.");
  }

  static ServiceException frame(String what) {
    return ServiceException.of(
        Code.INVALID_ARGUMENT,
        ErrorReason.ERROR_REASON_FRAME_INVALID,
        "The frame cannot be taken: " + what + ".");
  }
}
