package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Latencies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The disk that the broker writes to: how long it takes until bytes are on it. */
final class Disk {
  private static final int WRITES = 200;
  private static final int BYTES = 4096;

  private Disk() {}

  /** Microseconds for each of some appended pages. */
  static Latencies fsync(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "fsync", ".tmp");
    long[] micros = new long[WRITES];
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < WRITES; i++) {
        out.write(ByteBuffer.allocate(BYTES));
        long began = System.nanoTime();
        out.force(false);
        micros[i] = (System.nanoTime() - began) / 1000;
      }
    } finally {
      Files.delete(file);
    }
    return new Latencies(micros);
  }
}
