package dev.kryonix.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What h2load prints at its end.
 *
 * @param perSecond requests answered each second
 * @param requests answered with success
 * @param failed not answered, or with an error
 * @param dataBytes of the bodies of the answers
 */
record H2loadReport(double perSecond, long requests, long failed, long dataBytes) {
  private static final Pattern FINISHED = Pattern.compile("finished in [^,]+, ([0-9.]+) req/s");
  private static final Pattern REQUESTS =
      Pattern.compile("(\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");
  private static final Pattern DATA = Pattern.compile("\\((\\d+)\\) data");

  static H2loadReport parse(String output) {
    Matcher finished = find(FINISHED, output);
    Matcher requests = find(REQUESTS, output);
    return new H2loadReport(
        Double.parseDouble(finished.group(1)),
        Long.parseLong(requests.group(1)),
        Long.parseLong(requests.group(2)) + Long.parseLong(requests.group(4)),
        Long.parseLong(find(DATA, output).group(1)));
  }

  /** The third column of its log: how long each request took, in microseconds. */
  static Latencies latencies(Path log) throws IOException {
    try (var lines = Files.lines(log)) {
      return new Latencies(
          lines
              .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf('\t') + 1)))
              .filter(micros -> micros >= 0)
              .toArray());
    }
  }

  private static Matcher find(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IllegalStateException("h2load said: " + output.strip());
    }
    return matcher;
  }
}
