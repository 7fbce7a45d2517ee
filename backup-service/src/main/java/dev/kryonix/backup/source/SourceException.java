package dev.kryonix.backup.source;

/** A source refused, broke off, or handed out what does not hold together. */
public final class SourceException extends Exception {
  private final Source source;
  private final String reason;

  SourceException(Source source, String reason, String message, Throwable cause) {
    super(message, cause);
    this.source = source;
    this.reason = reason;
  }

  SourceException(Source source, String reason, String message) {
    super(message);
    this.source = source;
    this.reason = reason;
  }

  public Source source() {
    return source;
  }

  /** An ErrorReason without its prefix: the source's own, when it gave one. */
  public String reason() {
    return reason;
  }

  public String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
