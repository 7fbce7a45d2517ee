package dev.kryonix.gateway.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes calls on a thread of its own, many at a time. A destination that is slow costs lines,
 * which are counted, but never makes a call wait.
 */
final class AccessWriter {
  private static final Logger LOG = LoggerFactory.getLogger(AccessWriter.class);
  private static final int BATCH = 512;
  private static final long END_MILLIS = 2_000;

  private final Optional<OutputStream> out;
  private final ArrayBlockingQueue<CallRecord> waiting;
  private final Counter dropped;
  private final Thread thread;
  private volatile boolean closing;

  private AccessWriter(Optional<OutputStream> out, int queue, MeterRegistry metrics) {
    this.out = out;
    this.waiting = new ArrayBlockingQueue<>(queue);
    this.dropped =
        Counter.builder("kryonix.gateway.access.dropped")
            .description("Calls that are missing in the access log, as it could not keep up")
            .register(metrics);
    this.thread = Thread.ofPlatform().daemon().name("access-log").unstarted(this::run);
  }

  static AccessWriter start(AccessConfig config, MeterRegistry metrics) {
    AccessWriter writer = new AccessWriter(destination(config.to()), config.queue(), metrics);
    if (writer.out.isPresent()) {
      writer.thread.start();
    }
    return writer;
  }

  private static Optional<OutputStream> destination(String to) {
    try {
      return switch (to) {
        case "off" -> Optional.empty();
        case "stdout" -> Optional.of(System.out);
        default ->
            Optional.of(
                Files.newOutputStream(
                    Path.of(to), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
      };
    } catch (IOException e) {
      throw new UncheckedIOException("the access log cannot be written to " + to, e);
    }
  }

  void write(CallRecord call) {
    if (out.isPresent() && !waiting.offer(call)) {
      dropped.increment();
    }
  }

  private void run() {
    List<CallRecord> batch = new ArrayList<>(BATCH);
    try {
      while (!closing || !waiting.isEmpty()) {
        batch.add(waiting.take());
        waiting.drainTo(batch, BATCH - 1);
        flush(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      waiting.drainTo(batch);
      flush(batch);
    }
  }

  private void flush(List<CallRecord> batch) {
    StringBuilder lines = new StringBuilder();
    batch.forEach(call -> lines.append(AccessLine.of(call)));
    try {
      OutputStream to = out.orElseThrow();
      to.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      to.flush();
    } catch (IOException e) {
      dropped.increment(batch.size());
      LOG.warn("{} lines of the access log are lost: {}", batch.size(), e.getMessage());
    }
  }

  /** Writes what waits still. */
  void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
