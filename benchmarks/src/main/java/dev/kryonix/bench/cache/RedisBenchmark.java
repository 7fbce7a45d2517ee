package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Redis's own load generator, for what the engine gives without any client of ours. */
final class RedisBenchmark {
  private static final int RATE = 1;
  private static final int P50 = 4;
  private static final int P95 = 5;
  private static final int P99 = 6;
  private static final int PATIENCE_SECONDS = 60;

  private final Surroundings surroundings;

  RedisBenchmark(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs so many of one command, so many on their way on each connection. */
  Sample run(Peer.Operation operation, int size, Load load)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(surroundings.redisBenchmark(), "--csv"));
    command.addAll(List.of("-p", "" + surroundings.redis().port(), "-h", "127.0.0.1"));
    command.addAll(List.of("--user", Surroundings.REDIS_ADMIN, "-a", surroundings.redisPassword()));
    command.addAll(List.of("--dbnum", "" + Surroundings.PLAIN_DATABASE));
    command.addAll(List.of("-t", operation.name().toLowerCase(Locale.ROOT), "-d", "" + size));
    command.addAll(List.of("-r", "" + Values.KEYS, "-n", "" + load.commands()));
    command.addAll(List.of("-c", "" + load.connections(), "-P", "" + load.pipelined()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("redis-benchmark failed: " + output.strip());
      }
      return parse(output);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * How much at once.
   *
   * @param commands in all
   * @param connections at once
   * @param pipelined commands under way on each
   */
  record Load(int commands, int connections, int pipelined) {}

  /** The last line: name, rate, then latencies in milliseconds, each in quotes. */
  static Sample parse(String csv) {
    String[] fields = csv.strip().lines().toList().getLast().replace("\"", "").split(",", -1);
    if (fields.length <= P99) {
      throw new IllegalStateException("redis-benchmark said: " + csv.strip());
    }
    return new Sample(
        Double.parseDouble(fields[RATE]),
        Double.parseDouble(fields[P50]) * 1000,
        Double.parseDouble(fields[P95]) * 1000,
        Double.parseDouble(fields[P99]) * 1000,
        Double.NaN,
        Double.NaN);
  }
}
