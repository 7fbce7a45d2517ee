package dev.kryonix.kit.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Makes the keys of a platform: the platform key, an ES256 key per service, and the set of the
 * services' public keys. Keys that exist stay, so it can be run at every start and for a service
 * that is added later.
 *
 * <p>{@code GenerateKeys <folder> <service>…}; no platform key is made where {@code
 * KRYONIX_MASTER_KEY_COMMAND} says that a command knows it.
 */
public final class GenerateKeys {
  private static final String COMMAND = "KRYONIX_MASTER_KEY_COMMAND";
  private static final String KEY_SUFFIX = ".jwk";
  private static final String KEY_SET = "services.jwks.json";
  private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9-]{0,39}");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");

  private final Path folder;
  private final SecureRandom random;

  GenerateKeys(Path folder, SecureRandom random) {
    this.folder = folder;
    this.random = random;
  }

  public static void main(String[] args) {
    if (args.length < 2) {
      System.err.println("usage: GenerateKeys <folder> <service>...");
      System.exit(2);
      return;
    }
    try {
      GenerateKeys keys = new GenerateKeys(Path.of(args[0]), new SecureRandom());
      List<String> services = List.of(args).subList(1, args.length);
      if (System.getenv(COMMAND) == null) {
        keys.run(services);
      } else {
        keys.makeServiceKeys(services);
      }
    } catch (IOException | KeyFileException | IllegalArgumentException e) {
      System.err.println("cannot make the keys: " + e.getMessage());
      System.exit(1);
    }
  }

  void run(List<String> services) throws IOException {
    makeServiceKeys(services);
    makeMasterKey();
  }

  void makeServiceKeys(List<String> services) throws IOException {
    for (String service : services) {
      if (!SERVICE.matcher(service).matches()) {
        throw new IllegalArgumentException("not a service name: " + service);
      }
    }
    Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
    Files.setPosixFilePermissions(folder, OWNER_FOLDER);
    for (String service : services) {
      makeServiceKey(service);
    }
    writeKeySet();
  }

  private void makeMasterKey() throws IOException {
    Path file = folder.resolve(CryptoBeans.MASTER_KEY_FILE);
    if (Files.exists(file)) {
      MasterKey.read(file);
      return;
    }
    byte[] key = new byte[MasterKey.BYTES];
    random.nextBytes(key);
    create(file, key);
  }

  private void makeServiceKey(String service) throws IOException {
    Path file = folder.resolve(service + KEY_SUFFIX);
    if (Files.exists(file)) {
      return;
    }
    try {
      ECKey key =
          new ECKeyGenerator(Curve.P_256)
              .keyID(service)
              .keyUse(KeyUse.SIGNATURE)
              .algorithm(JWSAlgorithm.ES256)
              .secureRandom(random)
              .generate();
      create(file, bytes(key.toJSONString()));
    } catch (JOSEException e) {
      throw new IllegalStateException("P-256 is not to be had", e);
    }
  }

  /**
   * The public part of every service key in the folder, so that the set is always what the keys
   * are.
   */
  private void writeKeySet() throws IOException {
    TreeMap<String, JWK> keys = new TreeMap<>();
    try (var files = Files.newDirectoryStream(folder, "*" + KEY_SUFFIX)) {
      for (Path file : files) {
        JWK key = read(file);
        keys.put(key.getKeyID(), key.toPublicJWK());
      }
    }
    byte[] content = bytes(new JWKSet(new ArrayList<>(keys.values())).toString());
    Path file = folder.resolve(KEY_SET);
    if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
      create(file, content);
    }
  }

  private static JWK read(Path file) throws IOException {
    try {
      JWK key = ECKey.parse(Files.readString(file));
      String service = file.getFileName().toString();
      if (!service.equals(key.getKeyID() + KEY_SUFFIX)) {
        throw new KeyFileException(file + " holds the key of '" + key.getKeyID() + "'");
      }
      return key;
    } catch (ParseException e) {
      throw new KeyFileException(file + " holds no EC key", e);
    }
  }

  /** Written whole beside its place and then moved there: a key file that exists is complete. */
  private void create(Path file, byte[] content) throws IOException {
    Path partial =
        Files.createTempFile(
            folder, ".", ".partial", PosixFilePermissions.asFileAttribute(OWNER_FILE));
    try {
      Files.write(partial, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
