package dev.kryonix.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TlsConfigTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void itIsOffWithoutACertificate() {
    assertThat(config("", "", ClientAuth.NONE, "").isOn()).isFalse();
  }

  @Test
  void whatBelongsTogetherMustBeSetTogether() {
    assertThatThrownBy(() -> config("a.crt", "", ClientAuth.NONE, ""))
        .hasMessageContaining("certificate and key");
    assertThatThrownBy(() -> config("a.crt", "a.key", ClientAuth.REQUIRE, ""))
        .hasMessageContaining("client-authorities");
    assertThatThrownBy(() -> config("", "", ClientAuth.REQUIRE, "ca.crt"))
        .hasMessageContaining("certificate of our own");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> TlsFiles.read(config("/nowhere/a.crt", "a.key", ClientAuth.NONE, "")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/nowhere/a.crt");
  }

  @Test
  void aKeyOfAnOlderFormIsRefusedWithTheCommandThatConvertsIt() {
    assertThatThrownBy(() -> Pem.privateKey("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n"))
        .hasMessageContaining("openssl pkcs8 -topk8");
  }

  private static TlsConfig config(
      String certificate, String key, ClientAuth clients, String authorities) {
    return new TlsConfig(certificate, key, false, clients, authorities, SECOND, SECOND);
  }
}
