package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.crypto.GenerateKeys;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The service's own beans, on the Redis that the environment names. */
public final class CacheBeans {
  private CacheBeans() {}

  public static ApplicationContext start() throws Exception {
    assertThat(System.getenv()).as("run through ./kryonix test").containsKey("KRYONIX_REDIS_PORT");
    return withKeys();
  }

  /** Beans that need no Redis. */
  static ApplicationContext withKeys() throws Exception {
    Path keys = Files.createTempDirectory("kryonix-keys");
    GenerateKeys.main(new String[] {keys.toString(), "cache"});
    return ApplicationContext.run(
        Map.of("kryonix.server.service", "cache", "kryonix.server.keys-dir", keys.toString()));
  }
}
