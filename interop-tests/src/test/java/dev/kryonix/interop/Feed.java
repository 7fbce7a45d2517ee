package dev.kryonix.interop;

import io.grpc.stub.CallStreamObserver;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends one message again and again, whenever the transport takes more, and ends after so many
 * bytes.
 *
 * @param <T> the message
 */
final class Feed<T> implements Runnable {
  static final int MESSAGE_BYTES = 64 * 1024;

  private final CallStreamObserver<? super T> to;
  private final T message;
  private final long total;
  private final AtomicLong sent;

  private Feed(CallStreamObserver<? super T> to, T message, long total, AtomicLong sent) {
    this.to = to;
    this.message = message;
    this.total = total;
    this.sent = sent;
  }

  /**
   * Begins when the stream is first ready.
   *
   * @param message of 64 KiB
   * @param sent counts the bytes
   */
  static <T> void start(CallStreamObserver<? super T> to, T message, long total, AtomicLong sent) {
    to.setOnReadyHandler(new Feed<>(to, message, total, sent));
  }

  @Override
  public void run() {
    while (to.isReady() && sent.get() < total) {
      to.onNext(message);
      if (sent.addAndGet(MESSAGE_BYTES) == total) {
        to.onCompleted();
      }
    }
  }
}
