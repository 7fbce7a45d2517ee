package dev.kryonix.backup.repository;

import java.io.IOException;

/**
 * Stored bytes that fail their authentication, their digest or their format, or that are missing.
 */
public final class CorruptObjectException extends IOException {
  private final String object;

  CorruptObjectException(String object, String what) {
    super(object + ": " + what);
    this.object = object;
  }

  CorruptObjectException(String object, String what, Throwable cause) {
    super(object + ": " + what, cause);
    this.object = object;
  }

  /** The name of the object within the tenant's repository. */
  public String object() {
    return object;
  }
}
