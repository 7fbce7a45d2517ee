package dev.kryonix.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.crypto.GenerateKeys;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.util.Map;

/** The service's own beans, on the RabbitMQ that the environment names. */
public final class MessagingBeans {
  private MessagingBeans() {}

  /** Beans with new keys, in the folder. */
  public static ApplicationContext start(Path keys) throws Exception {
    assertThat(System.getenv())
        .as("run through ./kryonix test")
        .containsKey("KRYONIX_RABBITMQ_PORT");
    GenerateKeys.main(new String[] {keys.toString(), "messaging"});
    return withKeys(keys);
  }

  /** Beans with the keys of the folder: those of a further instance of the service. */
  public static ApplicationContext withKeys(Path keys) {
    return ApplicationContext.run(
        Map.of("kryonix.server.service", "messaging", "kryonix.server.keys-dir", keys.toString()));
  }
}
