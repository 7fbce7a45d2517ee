package dev.kryonix.kit.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The keys by which services know each other: each has one of its own, and the public keys of all.
 * Read once, at start.
 */
public final class ServiceKeys implements KeySource {
  private final ECKey own;
  private final Map<String, ECPublicKey> trusted;

  private ServiceKeys(ECKey own, Map<String, ECPublicKey> trusted) {
    this.own = own;
    this.trusted = Map.copyOf(trusted);
  }

  /** Reads {@code <service>.jwk} and {@code services.jwks.json} in the folder. */
  public static ServiceKeys read(Path folder, String service) {
    Path file = folder.resolve(service + ".jwk");
    try {
      ECKey own = ECKey.parse(Files.readString(file));
      Map<String, ECPublicKey> trusted = new HashMap<>();
      file = folder.resolve("services.jwks.json");
      for (JWK key : JWKSet.parse(Files.readString(file)).getKeys()) {
        trusted.put(key.getKeyID(), key.toECKey().toECPublicKey());
      }
      return new ServiceKeys(own, trusted);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (ParseException | JOSEException e) {
      throw new IllegalStateException(file + " holds no usable EC key", e);
    }
  }

  /** The private key of this service. */
  ECKey own() {
    return own;
  }

  @Override
  public Optional<ECPublicKey> find(String keyId) {
    return Optional.ofNullable(trusted.get(keyId));
  }
}
