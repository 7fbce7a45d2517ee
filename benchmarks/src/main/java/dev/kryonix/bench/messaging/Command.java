package dev.kryonix.bench.messaging;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the launcher, run to their end. */
final class Command {
  private static final long PATIENCE_MINUTES = 3;

  private Command() {}

  static void require(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroy();
      throw new IllegalStateException(command + " has not ended");
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(command + " failed");
    }
  }
}
