package dev.kryonix.gateway.transcode;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Status;
import dev.kryonix.gateway.contract.Contract;
import java.nio.charset.StandardCharsets;

/**
 * Errors as callers of REST see them: one google.rpc.Status as JSON, whole answers and ends of
 * streams alike.
 */
public final class StatusJson {
  private final Contract contract;
  private final JsonFormat.Printer printer;

  public StatusJson(Contract contract) {
    this.contract = contract;
    printer =
        JsonFormat.printer().usingTypeRegistry(contract.types()).omittingInsignificantWhitespace();
  }

  /** The JSON of a status. A detail of a type that the contracts don't know is left out. */
  public byte[] write(Status status) {
    Status.Builder known = status.toBuilder().clearDetails();
    for (Any detail : status.getDetailsList()) {
      if (isPrintable(detail)) {
        known.addDetails(detail);
      }
    }
    return print(known.build()).getBytes(StandardCharsets.UTF_8);
  }

  private boolean isPrintable(Any detail) {
    try {
      return contract.types().getDescriptorForTypeUrl(detail.getTypeUrl()) != null
          && !printer.print(detail).isEmpty();
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private String print(Status status) {
    try {
      return printer.print(status);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a status whose details were printed before", e);
    }
  }
}
