package dev.kryonix.bench.tenancy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What the live objects of a JVM take, counted after a full collection. */
final class LiveHeap {
  private LiveHeap() {}

  static long bytes(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process =
        new ProcessBuilder(List.of(jcmd, Long.toString(pid), "GC.class_histogram"))
            .redirectErrorStream(true)
            .start();
    String histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return total(histogram);
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
