package dev.kryonix.gateway.codec;

/** Bytes from a service that are no message of its type: the service's defect or ours. */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedMessageException(String message) {
    super(message);
  }
}
