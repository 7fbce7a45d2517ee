package dev.kryonix.cache.entry;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * What all pipelines together may hold of requests and answers: a quarter of the heap. Each stream
 * has a share of its own, so that one whose client does not read leaves room for others.
 */
@Singleton
final class PipelineMemory {
  private static final int PART_OF_HEAP = 4;

  private final long most;
  private long held;

  @Inject
  PipelineMemory() {
    this(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  PipelineMemory(long most) {
    this.most = most;
  }

  /** The share of one stream, until it is closed. */
  Share share() {
    return new Share();
  }

  private synchronized boolean take(long bytes) {
    if (held + bytes > most) {
      return false;
    }
    held += bytes;
    return true;
  }

  private synchronized void give(long bytes) {
    held -= bytes;
  }

  /** What one stream holds. */
  final class Share implements AutoCloseable {
    /** Twice what the window lets in, as a client may send larger values than it did before. */
    static final long MOST = 2 * Pipeline.WINDOW_BYTES;

    private long own;
    private boolean closed;

    /** Takes that many bytes; false when there is no room for them. */
    synchronized boolean take(long bytes) {
      if (closed || own + bytes > MOST || !PipelineMemory.this.take(bytes)) {
        return false;
      }
      own += bytes;
      return true;
    }

    synchronized void give(long bytes) {
      if (!closed) {
        own -= bytes;
        PipelineMemory.this.give(bytes);
      }
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        PipelineMemory.this.give(own);
      }
    }
  }
}
