package dev.kryonix.bench.tenancy;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the launcher and of the engines, run to their end. */
final class Command {
  private static final long PATIENCE_MINUTES = 30;

  private Command() {}

  /** Runs it with that input. */
  static void require(List<String> command, String input) throws IOException, InterruptedException {
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
    if (process.exitValue() != 0) {
      throw new IllegalStateException(command + " failed");
    }
  }
}
