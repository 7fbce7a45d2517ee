package dev.kryonix.kit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.kryonix.kit.identity.ServiceKeys;
import dev.kryonix.kit.identity.VerificationKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateKeysTest {
  private Path folder = Path.of("");
  private GenerateKeys keys = new GenerateKeys(folder, new SecureRandom());

  @BeforeEach
  void inAFolderThatIsNotThereYet(@TempDir Path parent) {
    folder = parent.resolve("keys");
    keys = new GenerateKeys(folder, new SecureRandom());
  }

  @Test
  void makesAKeyPerServiceTheSetOfAllAndThePlatformKey() throws Exception {
    keys.run(List.of("tenant", "cache"));

    assertThat(contents().keySet())
        .containsExactly("cache.jwk", "master.key", "services.jwks.json", "tenant.jwk");
    ECKey own = ECKey.parse(Files.readString(folder.resolve("tenant.jwk")));
    assertThat(own.isPrivate()).isTrue();
    assertThat(own.getKeyID()).isEqualTo("tenant");
    JWKSet all = JWKSet.parse(Files.readString(folder.resolve("services.jwks.json")));
    assertThat(all.getKeys()).hasSize(2).noneMatch(key -> key.isPrivate());
    assertThat(all.getKeyByKeyId("tenant")).isEqualTo(own.toPublicJWK());
    assertThat(Files.size(folder.resolve("master.key"))).isEqualTo(32);
    assertThat(ServiceKeys.read(folder, "cache").find("tenant")).isEqualTo(VerificationKey.of(own));
  }

  @Test
  void onlyTheOwnerMayLookInside() throws IOException {
    keys.run(List.of("tenant"));

    assertThat(permissions(folder)).isEqualTo("rwx------");
    try (var files = Files.list(folder)) {
      assertThat(files).allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
    }
  }

  @Test
  void aSecondRunChangesNothing() throws IOException {
    keys.run(List.of("tenant", "cache"));
    Map<String, String> before = contents();

    keys.run(List.of("tenant", "cache"));

    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aServiceThatIsAddedJoinsTheSetAndTheOthersStay() throws Exception {
    keys.run(List.of("tenant"));
    Map<String, String> before = contents();

    keys.run(List.of("cache"));

    assertThat(contents())
        .containsEntry("tenant.jwk", before.get("tenant.jwk"))
        .containsEntry("master.key", before.get("master.key"))
        .containsKey("cache.jwk");
    assertThat(ServiceKeys.read(folder, "cache").find("tenant")).isPresent();
    assertThat(ServiceKeys.read(folder, "tenant").find("cache")).isPresent();
  }

  @Test
  void noPlatformKeyIsMadeWhereItIsKeptElsewhere() throws IOException {
    keys.makeServiceKeys(List.of("tenant"));

    assertThat(contents().keySet()).containsExactly("services.jwks.json", "tenant.jwk");
  }

  @Test
  void aPlatformKeyOfTheWrongLengthIsNotReplaced() throws IOException {
    keys.run(List.of("tenant"));
    Files.write(folder.resolve("master.key"), new byte[31]);

    assertThatThrownBy(() -> keys.run(List.of("tenant")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("31 bytes");
    assertThat(Files.size(folder.resolve("master.key"))).isEqualTo(31);
  }

  @Test
  void aNameThatWouldLeaveTheFolderIsRefused() {
    assertThatThrownBy(() -> keys.run(List.of("../tenant")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder).doesNotExist();
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        contents.put(
            String.valueOf(file.getFileName()), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
