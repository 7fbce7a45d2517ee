package dev.kryonix.cache.redis;

import dev.kryonix.kit.errors.ServiceException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The part of Redis that is for one purpose. Its connection comes and goes by itself; while there
 * is none, all of its methods refuse with STORE_UNAVAILABLE.
 */
public final class Keyspace {
  private final String prefix;
  private final Duration timeout;
  private volatile @Nullable Link link;

  Keyspace(String prefix, Duration timeout) {
    this.prefix = prefix;
    this.timeout = timeout;
  }

  /** What every key must begin with. */
  public String prefix() {
    return prefix;
  }

  /** How long {@link #await} waits. */
  public Duration timeout() {
    return timeout;
  }

  /** Commands that are flushed each by itself: for what runs in the background. */
  public RedisClusterAsyncCommands<byte[], byte[]> commands() {
    return linked().commands();
  }

  /** Sends a command together with those of other callers: for what callers wait for. */
  public <T> CompletableFuture<T> send(
      CommandType type,
      CommandOutput<byte[], byte[], T> output,
      CommandArgs<byte[], byte[]> arguments) {
    return linked().batches().send(new Command<>(type, output, arguments));
  }

  /** Runs what sends many commands by {@link #send}, and writes them together at its end. */
  public void gather(Runnable sending) {
    linked().batches().gather(sending);
  }

  /**
   * How many connections were made and lost so far: when there are more, another Redis may have
   * answered since, one that has lost the last changes.
   */
  public long breaks() {
    return linked().breaks().seen();
  }

  /**
   * Runs a task when the event loop that this thread is has gone through all that it has read;
   * false on any other thread, where the task is not run.
   */
  public boolean afterThisRound(Runnable task) {
    return linked().loops().afterThisRound(task);
  }

  /**
   * The values of the first of keys, all of one hash slot; null where there is none. As many as
   * come to so many bytes, and two at least.
   */
  public CompletableFuture<List<byte @Nullable []>> values(List<byte[]> keys, long mostBytes) {
    return send(CommandType.MGET, new FirstValues(2, mostBytes), arguments().addKeys(keys));
  }

  /** Empty arguments of a command. */
  public static CommandArgs<byte[], byte[]> arguments() {
    return new CommandArgs<>(ByteArrayCodec.INSTANCE);
  }

  /**
   * Waits for an answer. A failure is thrown as what a caller is told; Redis being away is
   * UNAVAILABLE, whether or not a change was made.
   */
  public <T> T await(Future<T> answer) {
    return Answers.await(answer, timeout);
  }

  /**
   * Waits for the answer to a change that must not be made twice: when it may have been made and
   * nobody knows, the refusal is OUTCOME_UNKNOWN instead.
   */
  public <T> T awaitOnce(Future<T> answer) {
    try {
      return Answers.await(answer, timeout);
    } catch (ServiceException e) {
      throw Answers.isUnknown(e) ? Answers.unknown(e) : e;
    }
  }

  /** The same for who does not wait: a failure in between is OUTCOME_UNKNOWN. */
  public static <T> CompletableFuture<T> once(CompletableFuture<T> answer) {
    return answer.exceptionallyCompose(
        failure -> {
          Throwable cause =
              failure instanceof CompletionException && failure.getCause() != null
                  ? failure.getCause()
                  : failure;
          return CompletableFuture.failedFuture(
              Answers.isUnknown(cause) ? Answers.unknown(cause) : cause);
        });
  }

  /** What a caller is told of a failed command. */
  public static RuntimeException refusal(Throwable failure) {
    return Answers.refusal(failure);
  }

  /** Whether Redis has answered that it cannot now, because a slot moves; it has done nothing. */
  public static boolean isTryAgain(Throwable failure) {
    return Answers.isTryAgain(
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure);
  }

  /** Text as it goes over the wire. */
  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  boolean isLinked() {
    return link != null;
  }

  void link(Link established) {
    link = established;
  }

  Link linked() {
    Link current = link;
    if (current == null) {
      throw Answers.away(new IllegalStateException("not connected yet"));
    }
    return current;
  }
}
