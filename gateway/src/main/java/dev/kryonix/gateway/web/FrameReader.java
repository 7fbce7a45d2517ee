package dev.kryonix.gateway.web;

import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.errors.CommonErrors;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a body into messages: a byte of flags, four of length, and the message. A length over the
 * limit is refused before any of the message is kept.
 */
final class FrameReader {
  private static final int HEAD = 5;
  private static final int COMPRESSED = 1;

  private final int maxMessageBytes;
  private final byte[] head = new byte[HEAD];
  private int headFilled;
  private byte[] message = new byte[0];
  private int messageFilled;

  FrameReader(int maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** The messages that these bytes complete. */
  List<Frame> read(byte[] bytes) {
    List<Frame> complete = new ArrayList<>(1);
    int at = 0;
    while (at < bytes.length) {
      if (headFilled < HEAD) {
        head[headFilled++] = bytes[at++];
        if (headFilled == HEAD) {
          begin();
        }
      } else {
        int taken = Math.min(bytes.length - at, message.length - messageFilled);
        System.arraycopy(bytes, at, message, messageFilled, taken);
        messageFilled += taken;
        at += taken;
      }
      if (headFilled == HEAD && messageFilled == message.length) {
        complete.add(new Frame(message, head[0] == COMPRESSED));
        headFilled = 0;
      }
    }
    return complete;
  }

  /** Whether the last message was read to its end. */
  boolean isComplete() {
    return headFilled == 0;
  }

  private void begin() {
    if (head[0] != 0 && head[0] != COMPRESSED) {
      throw WebErrors.malformed("a frame with flags other than that of compression");
    }
    int length =
        (head[1] & 0xff) << 24 | (head[2] & 0xff) << 16 | (head[3] & 0xff) << 8 | (head[4] & 0xff);
    if (length < 0 || length > maxMessageBytes) {
      throw CommonErrors.messageTooLarge(maxMessageBytes);
    }
    message = new byte[length];
    messageFilled = 0;
  }
}
