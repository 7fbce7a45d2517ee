package dev.kryonix.gateway.transcode;

import com.google.protobuf.Any;
import com.google.rpc.Status;
import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.gateway.codec.MalformedMessageException;
import dev.kryonix.gateway.contract.Contract;

/**
 * Errors as callers of REST see them: one google.rpc.Status as JSON, whole answers and ends of
 * streams alike.
 */
public final class StatusJson {
  private final Codecs codecs;

  public StatusJson(Contract contract) {
    codecs = contract.codecs();
  }

  /** The JSON of a status. A detail of a type that the contracts don't know is left out. */
  public byte[] write(Status status) {
    Status.Builder known = status.toBuilder().clearDetails();
    for (Any detail : status.getDetailsList()) {
      if (isPrintable(detail)) {
        known.addDetails(detail);
      }
    }
    return codecs.print(Status.getDescriptor(), known.build().toByteArray());
  }

  private boolean isPrintable(Any detail) {
    try {
      return codecs.print(Any.getDescriptor(), detail.toByteArray()).length > 0;
    } catch (MalformedMessageException e) {
      return false;
    }
  }
}
