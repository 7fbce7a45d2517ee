package dev.kryonix.cache.entry;

import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.crypto.GenerateKeys;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The service's own beans, on the Redis that the environment names. */
public final class CacheBeans {
  private CacheBeans() {}

  /** Beans on that kind of Redis. */
  public static ApplicationContext start(RedisKind kind) throws Exception {
    return start(kind, Map.of());
  }

  /** Beans on that kind of Redis, with settings of their own. */
  public static ApplicationContext start(RedisKind kind, Map<String, Object> settings)
      throws Exception {
    Map<String, Object> all = new HashMap<>();
    // These tests are not about a Redis that is away, and a busy machine may hold one up.
    all.put("kryonix.redis.timeout", "20s");
    all.putAll(settings);
    all.put("kryonix.redis.nodes", kind.nodes());
    ApplicationContext context = run(all);
    // Until then what an entry is charged may change.
    Calibration calibration = context.getBean(Calibration.class);
    await().atMost(Duration.ofMinutes(2)).until(() -> !Double.isNaN(calibration.error()));
    return context;
  }

  /** Beans that need no Redis. */
  static ApplicationContext withKeys() throws Exception {
    return run(Map.of());
  }

  private static ApplicationContext run(Map<String, Object> settings) throws Exception {
    Path keys = Files.createTempDirectory("kryonix-keys");
    GenerateKeys.main(new String[] {keys.toString(), "cache"});
    Map<String, Object> all = new HashMap<>(settings);
    all.put("kryonix.server.service", "cache");
    all.put("kryonix.server.keys-dir", keys.toString());
    return ApplicationContext.run(all);
  }
}
