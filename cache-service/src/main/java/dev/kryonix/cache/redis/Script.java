package dev.kryonix.cache.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A Lua script that runs in Redis as one atomic step. It is sent by its digest, and whole when
 * Redis does not know it: after a restart, a failover to a replica, or SCRIPT FLUSH. Its first key
 * decides the shard; all of its keys must have one hash tag.
 *
 * <p>While its slot moves to another shard, Redis answers TRYAGAIN and has done nothing; the script
 * is sent again until half of the time a caller waits is over.
 */
public final class Script {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);

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

  /** The two scripts as one. */
  public Script then(Script next) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(source);
    all.writeBytes(next.source);
    return new Script(all.toByteArray());
  }

  /** Runs a script that answers one number, and waits. */
  public long number(Keyspace keyspace, byte[][] keys, byte[]... arguments) {
    return keyspace.await(submitNumber(keyspace, keys, arguments));
  }

  /** Runs a script that answers a list of numbers and byte arrays, and waits. */
  public List<Object> list(Keyspace keyspace, byte[][] keys, byte[]... arguments) {
    return keyspace.await(submitList(keyspace, keys, arguments));
  }

  /** Runs a script that answers one number. */
  public CompletableFuture<Long> submitNumber(
      Keyspace keyspace, byte[][] keys, byte[]... arguments) {
    return new Run<>(keyspace, () -> new IntegerOutput<>(ByteArrayCodec.INSTANCE), keys, arguments)
        .start();
  }

  /** Runs a script that answers a list of numbers ({@link Long}) and byte arrays. */
  public CompletableFuture<List<Object>> submitList(
      Keyspace keyspace, byte[][] keys, byte[]... arguments) {
    return new Run<>(
            keyspace, () -> new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), keys, arguments)
        .start();
  }

  /** Runs a script that answers one byte array. */
  public CompletableFuture<byte[]> submitBytes(
      Keyspace keyspace, byte[][] keys, byte[]... arguments) {
    return new Run<>(keyspace, () -> new ValueOutput<>(ByteArrayCodec.INSTANCE), keys, arguments)
        .start();
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

  /** One run: by digest, then whole if need be, and again while the slot moves. */
  private final class Run<T> {
    private final Keyspace keyspace;
    private final Supplier<CommandOutput<byte[], byte[], T>> output;
    private final byte[][] keys;
    private final byte[][] arguments;
    private final long giveUpAt;

    Run(
        Keyspace keyspace,
        Supplier<CommandOutput<byte[], byte[], T>> output,
        byte[][] keys,
        byte[][] arguments) {
      this.keyspace = keyspace;
      this.output = output;
      this.keys = keys;
      this.arguments = arguments;
      this.giveUpAt = System.nanoTime() + keyspace.timeout().dividedBy(2).toNanos();
    }

    CompletableFuture<T> start() {
      return send(false).exceptionallyCompose(failure -> again(failure, FIRST_PAUSE));
    }

    private CompletableFuture<T> again(Throwable failure, Duration pause) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      if (cause instanceof RedisNoScriptException) {
        return send(true).exceptionallyCompose(next -> again(next, pause));
      }
      if (Answers.isTryAgain(cause) && System.nanoTime() < giveUpAt) {
        return CompletableFuture.supplyAsync(
                () -> send(false),
                CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS))
            .thenCompose(sent -> sent)
            .exceptionallyCompose(next -> again(next, pause.multipliedBy(2)));
      }
      return CompletableFuture.failedFuture(cause);
    }

    private CompletableFuture<T> send(boolean whole) {
      CommandArgs<byte[], byte[]> all = Keyspace.arguments();
      if (whole) {
        all.add(source);
      } else {
        all.add(sha1);
      }
      all.add(keys.length).addKeys(keys);
      for (byte[] argument : arguments) {
        all.add(argument);
      }
      return keyspace.send(whole ? CommandType.EVAL : CommandType.EVALSHA, output.get(), all);
    }
  }
}
