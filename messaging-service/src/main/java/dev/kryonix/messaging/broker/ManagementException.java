package dev.kryonix.messaging.broker;

import org.jspecify.annotations.Nullable;

/** The broker's management API could not be reached, or refused. */
public final class ManagementException extends Exception {
  private static final int UNAUTHORIZED = 401;
  private static final int FAILED_INSIDE = 500;

  private final int status;

  ManagementException(String message, int status, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Whether no answer came at all, so that it is unknown whether the change was made. */
  public boolean isUnreachable() {
    return status == 0;
  }

  /**
   * Whether this says nothing of the request: no node answered, or what did was no node at work. A
   * node that starts knows no users, so that it refuses everybody, and one that is losing others
   * fails inside.
   */
  public boolean isForNow() {
    return isUnreachable() || status == UNAUTHORIZED || status >= FAILED_INSIDE;
  }

  /** The HTTP status, or 0 when no answer came. */
  public int status() {
    return status;
  }
}
