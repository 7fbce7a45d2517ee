package dev.kryonix.cache.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A Lua script that runs in Redis as one atomic step. It is sent by its digest, and whole when
 * Redis does not know it.
 */
public final class Script {
  private final byte[] source;
  private final String sha1;

  private Script(byte[] source) {
    this.source = source;
    this.sha1 = sha1(source);
  }

  /** Reads the script beside the class. */
  public static Script beside(Class<?> type, String name) {
    try (InputStream in = type.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return new Script(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a script that answers one number. */
  public long number(Redis redis, byte[][] keys, byte[]... arguments) {
    Long answer = run(redis, ScriptOutputType.INTEGER, keys, arguments);
    return answer;
  }

  /** Runs a script that answers a list of numbers. */
  public List<Long> numbers(Redis redis, byte[][] keys, byte[]... arguments) {
    return run(redis, ScriptOutputType.MULTI, keys, arguments);
  }

  @SuppressWarnings(
      "TypeParameterUnusedInFormals") // The output type decides; both callers are above.
  private <T> T run(Redis redis, ScriptOutputType output, byte[][] keys, byte[]... arguments) {
    try {
      return redis.await(redis.commands().<T>evalsha(sha1, output, keys, arguments));
    } catch (RedisNoScriptException e) {
      return redis.await(redis.commands().<T>eval(source, output, keys, arguments));
    }
  }

  /** A number as an argument. */
  public static byte[] arg(long number) {
    return arg(Long.toString(number));
  }

  /** A text as an argument. */
  public static byte[] arg(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha1(byte[] source) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
