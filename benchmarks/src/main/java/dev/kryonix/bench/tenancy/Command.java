package dev.kryonix.bench.tenancy;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the launcher and of the engines, run to their end. */
final class Command {
  private static final long PATIENCE_MINUTES = 10;

  private Command() {}

  /** Runs it; false when it failed. */
  static boolean run(List<String> command) throws IOException, InterruptedException {
    return run(command, "");
  }

  /** Runs it with that input; false when it failed. */
  static boolean run(List<String> command, String input) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroy();
      throw new IllegalStateException(command + " has not ended");
    }
    return process.exitValue() == 0;
  }

  static void require(List<String> command, String input) throws IOException, InterruptedException {
    if (!run(command, input)) {
      throw new IllegalStateException(command + " failed");
    }
  }
}
