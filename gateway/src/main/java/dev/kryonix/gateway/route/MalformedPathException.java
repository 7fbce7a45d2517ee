package dev.kryonix.gateway.route;

/** A path or query that no route could take; the message says what is wrong with it. */
public final class MalformedPathException extends Exception {
  MalformedPathException(String message) {
    super(message);
  }
}
