package dev.kryonix.messaging.snapshot;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import java.io.IOException;

/** Why a copy cannot be put aside. */
final class SpoolErrors {
  private SpoolErrors() {}

  /** The temporary folder takes no more. */
  static ServiceException noRoom(IOException cause) {
    return CommonErrors.storeUnavailable("spool", cause);
  }
}
