package dev.kryonix.kit.crypto;

/**
 * A file of keys that cannot be used. The message names it and is fit for a start that ends with
 * one line.
 */
public final class KeyFileException extends RuntimeException {
  KeyFileException(String message) {
    super(message);
  }

  KeyFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
