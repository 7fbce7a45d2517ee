package dev.kryonix.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The page with the figures of every benchmark. Each has one section between markers, which its
 * command writes anew; the rest of the page is people's.
 */
public final class PerformancePage {
  private static final String BEGINNING =
      """
      # Performance

      Every section below is made by the command it names. Compare figures within a section only: they are of one run \
      on one machine, which all processes shared.
      """;

  private final Path file;

  public PerformancePage(Path file) {
    this.file = file;
  }

  public void write(String benchmark, String section) throws IOException {
    String page = Files.exists(file) ? Files.readString(file) : BEGINNING;
    Files.writeString(file, with(page, benchmark, section));
  }

  static String with(String page, String benchmark, String section) {
    String begin = "<!-- made by ./kryonix bench " + benchmark + " -->";
    String end = "<!-- end of " + benchmark + " -->";
    String block = begin + "\n" + section.strip() + "\n" + end;
    int from = page.indexOf(begin);
    int to = page.indexOf(end, Math.max(from, 0));
    if (from < 0 || to < 0) {
      return page.stripTrailing() + "\n\n" + block + "\n";
    }
    return page.substring(0, from) + block + page.substring(to + end.length());
  }
}
