package dev.kryonix.bench.tenancy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the live objects of a JVM take, counted after a full collection. */
public final class LiveHeap {
  private LiveHeap() {}

  public static long bytes(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    // Into a file: a JVM that looks at itself is stopped meanwhile and could not empty a pipe, and
    // waits for ever once the pipe is full.
    Path histogram = Files.createTempFile("histogram", ".txt");
    try {
      new ProcessBuilder(List.of(jcmd, Long.toString(pid), "GC.class_histogram"))
          .redirectErrorStream(true)
          .redirectOutput(histogram.toFile())
          .start()
          .waitFor();
      return total(Files.readString(histogram));
    } finally {
      Files.delete(histogram);
    }
  }

  /** The last line holds the sums of instances and bytes. */
  static long total(String histogram) {
    return histogram
        .lines()
        .filter(line -> line.startsWith("Total"))
        .map(line -> line.split("\\s+", -1))
        .mapToLong(words -> Long.parseLong(words[2]))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no histogram: " + histogram));
  }
}
