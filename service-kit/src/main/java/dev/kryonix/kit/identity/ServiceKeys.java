package dev.kryonix.kit.identity;

import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys by which services know each other: each has one of its own, and the public keys of all.
 * Read once, at start.
 */
public final class ServiceKeys implements KeySource {
  private final ECKey own;
  private final Map<String, VerificationKey> trusted;

  private ServiceKeys(ECKey own, Map<String, VerificationKey> trusted) {
    this.own = own;
    this.trusted = Map.copyOf(trusted);
  }

  /** Reads {@code <service>.jwk} and {@code services.jwks.json} in the folder. */
  public static ServiceKeys read(Path folder, String service) {
    Path file = folder.resolve(service + ".jwk");
    try {
      ECKey own = ECKey.parse(Files.readString(file));
      file = folder.resolve("services.jwks.json");
      Map<String, VerificationKey> trusted =
          Jwks.parse(Files.readString(file), Set.of(TokenAlgorithm.ES256));
      return new ServiceKeys(own, trusted);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (ParseException | KeysUnavailableException e) {
      throw new IllegalStateException(file + " holds no usable EC key", e);
    }
  }

  /** The private key of this service. */
  ECKey own() {
    return own;
  }

  @Override
  public Optional<VerificationKey> find(String keyId) {
    return Optional.ofNullable(trusted.get(keyId));
  }
}
