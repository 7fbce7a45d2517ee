package dev.kryonix.cache.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How connections behave, the same on both kinds of Redis. */
final class Options {
  private static final int MOST_QUEUED_COMMANDS = 50_000;
  private static final Duration FIRST_RECONNECT = Duration.ofMillis(1);
  private static final Duration LAST_RECONNECT = Duration.ofSeconds(1);

  /** What may be sent again after a connection was lost: it changes nothing. */
  private static final Set<CommandType> REPEATABLE =
      EnumSet.of(
          CommandType.GET,
          CommandType.MGET,
          CommandType.PTTL,
          CommandType.STRLEN,
          CommandType.EXISTS,
          CommandType.HGET,
          CommandType.HMGET,
          CommandType.HGETALL,
          CommandType.ZCARD,
          CommandType.ZSCORE,
          CommandType.ZRANGE,
          CommandType.ZRANGEBYSCORE,
          CommandType.SCAN,
          CommandType.ZSCAN,
          CommandType.HSCAN,
          CommandType.XRANGE,
          CommandType.PING);

  private Options() {}

  /**
   * What was sent and not answered when a connection broke is sent again only if it changes
   * nothing: lettuce would otherwise repeat writes that may have been made. What waits in a queue
   * for longer than the timeout is never sent.
   */
  static <B extends ClientOptions.Builder> B common(B builder, RedisConfig config) {
    builder
        .requestQueueSize(MOST_QUEUED_COMMANDS)
        .socketOptions(
            SocketOptions.builder().connectTimeout(config.timeout()).keepAlive(true).build())
        .timeoutOptions(TimeoutOptions.enabled(config.timeout()))
        .replayFilter(command -> !isRepeatable(command));
    return builder;
  }

  /**
   * What connections share. A lost one is made anew within a second of its Redis being back,
   * however long that was away: lettuce would wait for up to half a minute between its attempts.
   * Calls are timed where they come in; lettuce would time each command again, for events that
   * nobody takes, since it finds what it needs for that on the class path.
   */
  static ClientResources.Builder resources() {
    return ClientResources.builder()
        .reconnectDelay(
            Delay.equalJitter(FIRST_RECONNECT, LAST_RECONNECT, 1, TimeUnit.MILLISECONDS))
        .commandLatencyRecorder(CommandLatencyRecorder.disabled());
  }

  private static boolean isRepeatable(RedisCommand<?, ?, ?> command) {
    ProtocolKeyword type = command.getType();
    return type instanceof CommandType known && (REPEATABLE.contains(known) || isHandshake(known));
  }

  private static boolean isHandshake(CommandType type) {
    return switch (type) {
      case HELLO, AUTH, SELECT, CLIENT, READONLY, READWRITE, ASKING, CLUSTER, INFO -> true;
      default -> false;
    };
  }
}
