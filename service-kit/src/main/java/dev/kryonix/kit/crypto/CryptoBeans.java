package dev.kryonix.kit.crypto;

import dev.kryonix.kit.server.ServerConfig;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;

/** Gives a service the platform key in its keys folder. */
@Factory
final class CryptoBeans {
  static final String MASTER_KEY_FILE = "master.key";

  @Singleton
  MasterKey masterKey(ServerConfig config) {
    return MasterKey.read(config.keysDir().resolve(MASTER_KEY_FILE));
  }

  @Singleton
  SecretBox secretBox(MasterKey master) {
    return new SecretBox(master, new SecureRandom());
  }
}
