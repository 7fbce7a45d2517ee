package dev.kryonix.backup.catalogue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      // Clients send the entries of maps in any order.
      out.useDeterministicSerialization();
      content.writeTo(out);
      out.flush();
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return new Request(
          id.isEmpty() ? Optional.empty() : Optional.of(id),
          ByteString.copyFrom(digest.digest(bytes.toByteArray())));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 belongs to every JDK", e);
    }
  }
}
