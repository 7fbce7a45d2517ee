package dev.kryonix.kit.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Takes the platform key from the output of a command of the operator's, once, at the start. So it
 * lies on the disk only sealed by Vault or a cloud's key management, with the tool, the login and
 * the retries of theirs; as in PostgreSQL's {@code ssl_passphrase_command}.
 *
 * <p>The output is the key's 32 bytes, or their Base64, which is what those tools print. What the
 * command says on its error output goes to the service's own.
 */
record KeyCommand(String command, Duration timeout) implements KeyProvider {
  private static final int MOST_OUTPUT = 1024;
  private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

  @Override
  public MasterKey masterKey() {
    byte[] output = output();
    byte[] key = output.length == MasterKey.BYTES ? output : decoded(output);
    try {
      return MasterKey.of(key);
    } finally {
      Arrays.fill(output, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  private byte[] output() {
    Process process = start();
    try {
      CompletableFuture<byte[]> output =
          CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
      byte[] bytes = output.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (bytes.length > MOST_OUTPUT) {
        throw refusal("writes more than %d bytes".formatted(MOST_OUTPUT));
      }
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw refusal("does not end within " + timeout.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        throw refusal("ended with " + process.exitValue());
      }
      return bytes;
    } catch (TimeoutException e) {
      throw refusal("does not end within " + timeout.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new KeyFileException(text("cannot be read"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refusal("was interrupted");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Process start() {
    try {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", command)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new KeyFileException(text("cannot be started"), e);
    }
  }

  private static byte[] read(InputStream in) {
    try (in) {
      return in.readNBytes(MOST_OUTPUT + 1);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private byte[] decoded(byte[] output) {
    byte[] key;
    try {
      String text = new String(output, StandardCharsets.ISO_8859_1);
      key = Base64.getDecoder().decode(WHITE_SPACE.matcher(text).replaceAll(""));
    } catch (IllegalArgumentException e) {
      throw refusal("writes neither 32 bytes nor their Base64");
    }
    if (key.length != MasterKey.BYTES) {
      throw refusal("writes neither 32 bytes nor their Base64");
    }
    return key;
  }

  private static KeyFileException refusal(String why) {
    return new KeyFileException(text(why));
  }

  /** Without the command's own text, in which somebody may have put a secret. */
  private static String text(String why) {
    return "the command of the platform key (KRYONIX_MASTER_KEY_COMMAND) " + why;
  }
}
