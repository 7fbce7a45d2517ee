package dev.kryonix.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine that figures were taken on, in one line. */
public final class Machine {
  private Machine() {}

  public static String describe() throws IOException {
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %.0f GiB, Linux %s",
        value(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        Double.parseDouble(value(Path.of("/proc/meminfo"), "MemTotal").split(" ", -1)[0])
            / (1 << 20),
        System.getProperty("os.version"));
  }

  private static String value(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return "0 unknown";
  }
}
