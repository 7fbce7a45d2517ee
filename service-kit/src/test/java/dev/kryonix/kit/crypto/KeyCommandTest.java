package dev.kryonix.kit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final byte[] key = new byte[32];
  private Path folder = Path.of("");

  @BeforeEach
  void aKey(@TempDir Path parent) throws IOException {
    folder = parent;
    new SecureRandom().nextBytes(key);
    Files.write(folder.resolve("raw"), key);
    Files.write(folder.resolve("base64"), Base64.getEncoder().encode(key));
    Files.write(folder.resolve("lines"), Base64.getMimeEncoder(20, new byte[] {'\n'}).encode(key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cat raw", "cat base64", "cat lines", "cat base64; echo", "cat base64 | tr a a"})
  void takesTheKeyFromTheOutputAsBytesOrInBase64(String command) {
    assertSame(masterKey(command));
  }

  @Test
  void whatWasSealedWithTheFileOpensWithTheCommand() {
    TenantUid uid = TenantUid.parse("0197a2f4-8f6e-7c3d-9b1a-2f4d5e6a7b8c");
    var sealed =
        new SecretBox(MasterKey.read(folder.resolve("raw")), new SecureRandom())
            .seal(uid, "broker-password", "1", "secret".getBytes(StandardCharsets.UTF_8));

    assertThat(new SecretBox(masterKey("cat base64"), new SecureRandom()).open(sealed, uid))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "head -c 31 raw",
        "cat raw raw",
        "head -c 20 base64",
        "echo 'Error: permission denied'",
        "echo 'Error making API request to the server: 403'",
        "cat base64; exit 3",
        "no-such-tool-of-anybody",
        "yes",
      })
  void anythingElseIsRefusedInWordsThatShowNeitherKeyNorCommand(String command) {
    assertThatThrownBy(() -> masterKey(command))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("the command of the platform key (KRYONIX_MASTER_KEY_COMMAND) ")
        .hasMessageNotContaining(Base64.getEncoder().encodeToString(key))
        .hasMessageNotContaining(command);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"exec sleep 600", "cat base64; sleep 600", "cat base64; exec >&-; sleep 600"})
  void aCommandThatDoesNotEndIsEnded(String command) {
    assertThatThrownBy(() -> new KeyCommand(inFolder(command), Duration.ofMillis(300)).masterKey())
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("does not end");
  }

  @Test
  void theCommandFindsNothingToReadAndSoDoesNotWaitForAnOperator() {
    assertThatThrownBy(() -> masterKey("cat"))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("neither 32 bytes nor their Base64");
  }

  private MasterKey masterKey(String command) {
    return new KeyCommand(inFolder(command), PATIENCE).masterKey();
  }

  private String inFolder(String command) {
    return "cd '%s' && { %s\n}".formatted(folder, command);
  }

  private void assertSame(MasterKey found) {
    byte[] owner = {1};
    assertThat(found.derive(owner, "test")).isEqualTo(MasterKey.of(key).derive(owner, "test"));
  }
}
