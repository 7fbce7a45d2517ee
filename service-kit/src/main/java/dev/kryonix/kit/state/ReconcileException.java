package dev.kryonix.kit.state;

import org.jspecify.annotations.Nullable;

/**
 * What a tenant wants could not be made true now. The reason and the detail reach engineers through
 * WatchTenant.
 */
public final class ReconcileException extends Exception {
  private static final int MAX_DETAIL = 512;

  private final String reason;

  /**
   * @param reason stable, in CamelCase, such as {@code BrokerUnavailable}
   * @param detail what went wrong, for an engineer, without secrets or the driver's own text
   * @param cause for the log only
   */
  public ReconcileException(String reason, String detail, @Nullable Throwable cause) {
    super(detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL), cause);
    this.reason = reason;
  }

  public ReconcileException(String reason, String detail) {
    this(reason, detail, null);
  }

  public String reason() {
    return reason;
  }

  public String detail() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
