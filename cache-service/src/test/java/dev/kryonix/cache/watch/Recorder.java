package dev.kryonix.cache.watch;

import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import dev.kryonix.kit.state.TenantView;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** A watcher that writes down what it is told, and reads only as much as it is let. */
final class Recorder implements Watches.Watcher, AutoCloseable {
  private static final int PLENTY = 1_000_000;

  private final List<WatchResponse> told = new CopyOnWriteArrayList<>();
  private final Semaphore readable = new Semaphore(PLENTY);
  private volatile boolean gone;

  static Recorder start(Watches watches, TenantView tenant, WatchRequest request) {
    Recorder recorder = new Recorder();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                watches.watch(() -> tenant, request, recorder);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    return recorder;
  }

  /** Reads no more until {@link #resume}. */
  void pause() {
    readable.drainPermits();
  }

  void resume() {
    readable.release(PLENTY);
  }

  @Override
  public void take(WatchResponse event) {
    readable.acquireUninterruptibly();
    told.add(event);
  }

  @Override
  public boolean isGone() {
    return gone;
  }

  @Override
  public void close() {
    gone = true;
    resume();
  }

  boolean isWatching() {
    return !told.isEmpty();
  }

  String lastCursor() {
    return told.getLast().getCursor();
  }

  /** What was told but for signs of life, one word and the key, tag or scope each. */
  List<String> events() {
    return told.stream()
        .filter(each -> !each.hasHeartbeat())
        .map(
            each ->
                switch (each.getEventCase()) {
                  case WRITTEN -> "written " + each.getWritten().getKey();
                  case DELETED -> "deleted " + each.getDeleted().getKey();
                  case EXPIRED -> "expired " + each.getExpired().getKey();
                  case INVALIDATED_TAG -> "tag " + each.getInvalidatedTag();
                  case FLUSHED ->
                      "flushed "
                          + each.getFlushed().getModule()
                          + ":"
                          + each.getFlushed().getType();
                  case MISSED -> "missed";
                  case HEARTBEAT, EVENT_NOT_SET -> "";
                })
        .toList();
  }
}
