package dev.kryonix.kit.crypto;

import dev.kryonix.kit.server.ServerConfig;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;

/** Gives a service the platform key, from where its settings say. */
@Factory
final class CryptoBeans {
  static final String MASTER_KEY_FILE = "master.key";

  @Singleton
  KeyProvider keyProvider(ServerConfig server, KeyConfig config) {
    String command = config.command();
    return command == null
        ? () -> MasterKey.read(server.keysDir().resolve(MASTER_KEY_FILE))
        : new KeyCommand(command, config.commandTimeout());
  }

  @Singleton
  MasterKey masterKey(KeyProvider provider) {
    return provider.masterKey();
  }

  @Singleton
  SecretBox secretBox(MasterKey master) {
    return new SecretBox(master, new SecureRandom());
  }
}
