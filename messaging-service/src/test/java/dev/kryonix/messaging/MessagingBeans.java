package dev.kryonix.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.messaging.broker.Broker;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The service's own beans, on the RabbitMQ that the environment names; both engines are ready. */
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
    return withKeys(keys, Map.of());
  }

  /** The same, with further properties. */
  public static ApplicationContext withKeys(Path keys, Map<String, Object> properties) {
    ApplicationContext context = context(keys, properties);
    Broker broker = context.getBean(Broker.class);
    broker.start();
    await().until(() -> broker.capabilities().isPresent());
    Database database = context.getBean(Database.class);
    await()
        .ignoreExceptionsInstanceOf(ServiceException.class)
        .until(() -> database.inPlatform(tx -> true));
    return context;
  }

  /** Beans with the keys of the folder, for what asks no engine. */
  public static ApplicationContext withoutEngines(Path keys) {
    return context(keys, Map.of());
  }

  private static ApplicationContext context(Path keys, Map<String, Object> properties) {
    Map<String, Object> all = new HashMap<>(properties);
    // The one broker of many tests may be slow to greet, and there is no other to try sooner.
    all.putIfAbsent("kryonix.broker.connect-timeout", "10s");
    all.put("kryonix.server.service", "messaging");
    all.put("kryonix.server.keys-dir", keys.toString());
    return ApplicationContext.run(all);
  }
}
