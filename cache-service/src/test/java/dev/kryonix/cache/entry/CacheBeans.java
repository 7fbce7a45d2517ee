package dev.kryonix.cache.entry;

import dev.kryonix.kit.crypto.GenerateKeys;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Map<String, Object> all = new HashMap<>(settings);
    all.put("kryonix.redis.nodes", kind.nodes());
    return run(all);
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
