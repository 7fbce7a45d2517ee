package dev.kryonix.system.gateway;

import com.google.rpc.Code;
import com.google.rpc.Status;

/** A REST call that was not answered with success. */
public final class RestRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int httpStatus;
  private final transient Status error;

  RestRefusal(String request, int httpStatus, Status error) {
    super(
        "%s: HTTP %d %s: %s"
            .formatted(request, httpStatus, Code.forNumber(error.getCode()), error.getMessage()));
    this.httpStatus = httpStatus;
    this.error = error;
  }

  /** The HTTP status. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The error as it stands in the body. */
  public Status error() {
    return error;
  }
}
