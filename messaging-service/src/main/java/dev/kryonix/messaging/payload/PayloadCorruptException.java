package dev.kryonix.messaging.payload;

import org.jspecify.annotations.Nullable;

/** A message in the broker is not as it was published: altered, moved, or its key is gone. */
public final class PayloadCorruptException extends Exception {
  public PayloadCorruptException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
