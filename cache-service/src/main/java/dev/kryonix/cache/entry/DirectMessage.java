package dev.kryonix.cache.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A message that is only sent: it writes itself from what it is made of, byte for byte as the class
 * that is generated for it would. The answers of reads are such, since to make the objects of the
 * contract for each entry takes longer than all else that is done for it here. gRPC asks a message
 * for nothing but its length and its bytes.
 */
abstract class DirectMessage implements MessageLite {
  /** Little, so that values go past the buffer and are not copied once more. */
  private static final int BUFFER_BYTES = 256;

  private int size = -1;

  /** How many bytes it is. */
  abstract int measured();

  @Override
  public final int getSerializedSize() {
    if (size < 0) {
      size = measured();
    }
    return size;
  }

  @Override
  public final void writeTo(OutputStream target) throws IOException {
    CodedOutputStream out =
        CodedOutputStream.newInstance(target, Math.min(getSerializedSize(), BUFFER_BYTES));
    writeTo(out);
    out.flush();
  }

  @Override
  public final byte[] toByteArray() {
    try {
      byte[] bytes = new byte[getSerializedSize()];
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      writeTo(out);
      out.checkNoSpaceLeft();
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public final ByteString toByteString() {
    return ByteString.copyFrom(toByteArray());
  }

  @Override
  public final void writeDelimitedTo(OutputStream target) {
    throw onlySent();
  }

  @Override
  public final boolean isInitialized() {
    return true;
  }

  @Override
  public final Parser<? extends MessageLite> getParserForType() {
    throw onlySent();
  }

  @Override
  public final MessageLite getDefaultInstanceForType() {
    throw onlySent();
  }

  @Override
  public final Builder newBuilderForType() {
    throw onlySent();
  }

  @Override
  public final Builder toBuilder() {
    throw onlySent();
  }

  private static UnsupportedOperationException onlySent() {
    return new UnsupportedOperationException("a message that is only sent");
  }
}
