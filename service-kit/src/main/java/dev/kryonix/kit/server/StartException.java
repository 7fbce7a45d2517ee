package dev.kryonix.kit.server;

/** Why a process cannot start, in one line for the person who started it. */
public final class StartException extends RuntimeException {
  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
