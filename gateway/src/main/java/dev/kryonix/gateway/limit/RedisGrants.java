package dev.kryonix.gateway.limit;

import dev.kryonix.kit.identity.TenantUid;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The buckets that all gateways share, each question one script in Redis. When Redis does not
 * answer in time the gateway's own buckets do, and Redis is left alone for a moment.
 */
@Singleton
final class RedisGrants implements Grants {
  private static final Logger LOG = LoggerFactory.getLogger(RedisGrants.class);
  private static final long LEFT_ALONE_NANOS = Duration.ofMillis(500).toNanos();
  private static final long NANOS_PER_MICRO = 1_000;
  private static final String PREFIX = "kryonix:rate:";

  private final SharedRedis redis;
  private final LocalGrants local = new LocalGrants(System::nanoTime);
  private final String source = source();
  private final AtomicBoolean shared = new AtomicBoolean(true);
  private volatile @Nullable String digest;
  private volatile long askAgainNanos = System.nanoTime();

  RedisGrants(SharedRedis redis, MeterRegistry metrics) {
    this.redis = redis;
    Gauge.builder("kryonix.gateway.rate.shared", shared, each -> each.get() ? 1 : 0)
        .description("1 while requests are counted together with the other gateways, 0 while alone")
        .register(metrics);
  }

  @Override
  public void take(TenantUid tenant, Rate rate, long used, long wanted, Consumer<Grant> then) {
    Optional<RedisAsyncCommands<String, String>> commands =
        System.nanoTime() - askAgainNanos < 0 ? Optional.empty() : redis.commands();
    if (commands.isEmpty()) {
      alone(null);
      local.take(tenant, rate, used, wanted, then);
      return;
    }
    String[] keys = {PREFIX + "{" + tenant + "}"};
    String[] arguments = {
      Long.toString(rate.perHour()),
      Long.toString(rate.perSecond()),
      Long.toString(used),
      Long.toString(wanted)
    };
    ask(commands.get(), keys, arguments, then, () -> local.take(tenant, rate, used, wanted, then));
  }

  private void ask(
      RedisAsyncCommands<String, String> commands,
      String[] keys,
      String[] arguments,
      Consumer<Grant> then,
      Runnable otherwise) {
    run(commands, keys, arguments)
        .whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                together();
                then.accept(
                    new Grant(answer.get(0), answer.get(1), answer.get(2) * NANOS_PER_MICRO));
              } else if (failure instanceof RedisNoScriptException) {
                // Redis has been restarted or failed over: the next question brings the script.
                digest = null;
                ask(commands, keys, arguments, then, otherwise);
              } else {
                askAgainNanos = System.nanoTime() + LEFT_ALONE_NANOS;
                alone(failure);
                otherwise.run();
              }
            });
  }

  /** By the script's digest, once it has been sent whole. */
  private RedisFuture<List<Long>> run(
      RedisAsyncCommands<String, String> commands, String[] keys, String[] arguments) {
    String known = digest;
    if (known != null) {
      return commands.evalsha(known, ScriptOutputType.MULTI, keys, arguments);
    }
    digest = commands.digest(source);
    return commands.eval(source, ScriptOutputType.MULTI, keys, arguments);
  }

  private void alone(@Nullable Throwable failure) {
    if (shared.compareAndSet(true, false)) {
      LOG.warn(
          "Redis does not answer; this gateway limits requests by itself: {}",
          failure == null ? "no connection" : failure.toString());
    }
  }

  private void together() {
    if (shared.compareAndSet(false, true)) {
      LOG.info("Redis answers again; requests are counted with the other gateways");
    }
  }

  private static String source() {
    try (InputStream in = RedisGrants.class.getResourceAsStream("take.lua")) {
      if (in == null) {
        throw new IllegalStateException("no take.lua beside " + RedisGrants.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
