package dev.kryonix.kit.identity;

/** An issuer's keys could not be had now. */
final class KeysUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  KeysUnavailableException(String message) {
    super(message);
  }

  KeysUnavailableException(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
