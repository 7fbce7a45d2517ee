package dev.kryonix.backup.catalogue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.kryonix.kit.crypto.Fingerprint;
import java.util.Optional;

/**
 * What makes a call repeatable.
 *
 * @param id the caller's request_id, if one was given
 * @param hash what was asked for, to tell a repetition from another request under the same id
 */
public record Request(Optional<String> id, ByteString hash) {
  /** A request without an id, which each time is a new one. */
  public static Request unrepeatable() {
    return new Request(Optional.empty(), ByteString.EMPTY);
  }

  /**
   * The request of that id, or of none when it is empty.
   *
   * @param content everything else that was asked for
   */
  public static Request of(String id, MessageLite content) {
    return new Request(
        id.isEmpty() ? Optional.empty() : Optional.of(id),
        ByteString.copyFrom(Fingerprint.of(content)));
  }
}
