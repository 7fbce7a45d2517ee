package dev.kryonix.kit.streams;

/**
 * The other side has ended the stream: there is nobody to write to. Ends the writer; never an error
 * of ours.
 */
public final class StreamCancelledException extends RuntimeException {
  StreamCancelledException() {
    super("the stream has been cancelled", null, false, false);
  }
}
