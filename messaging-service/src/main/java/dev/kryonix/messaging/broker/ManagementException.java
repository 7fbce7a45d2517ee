package dev.kryonix.messaging.broker;

import org.jspecify.annotations.Nullable;

/** The broker's management API could not be reached, or refused. */
public final class ManagementException extends Exception {
  private final int status;

  ManagementException(String message, int status, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Whether no answer came at all, so that it is unknown whether the change was made. */
  public boolean isUnreachable() {
    return status == 0;
  }

  /** The HTTP status, or 0 when no answer came. */
  public int status() {
    return status;
  }
}
