package dev.kryonix.kit.crypto;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** By what a request is known again: the same for equal messages, SHA-256 over their bytes. */
public final class Fingerprint {
  private Fingerprint() {}

  public static byte[] of(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    // Clients send the entries of maps in any order.
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("a message fits an array of its size", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 belongs to every JDK", e);
    }
  }
}
