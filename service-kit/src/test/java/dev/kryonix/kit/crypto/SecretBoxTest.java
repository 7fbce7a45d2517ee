package dev.kryonix.kit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.identity.TenantUid;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SecretBoxTest {
  private static final byte[] PLAIN = "s3cret".getBytes(StandardCharsets.UTF_8);

  private final TenantUid uid = new TenantUid(new UUID(1, 2));
  private final SecretBox box = box((byte) 7);
  private final SealedSecret sealed = box.seal(uid, "broker-password", "v1", PLAIN);

  @Test
  void whatWasSealedOpens() {
    assertThat(box.open(sealed, uid)).isEqualTo(PLAIN);
  }

  @Test
  void theSealShowsNothingOfTheSecretAndIsNeverTheSameTwice() {
    assertThat(sealed.getSealed().toString(StandardCharsets.ISO_8859_1)).doesNotContain("s3cret");
    assertThat(box.seal(uid, "broker-password", "v1", PLAIN)).isNotEqualTo(sealed);
  }

  @Test
  void anotherTenantsSecretDoesNotOpen() {
    refuses(sealed, new TenantUid(new UUID(1, 3)));
  }

  @Test
  void aSecretPassedOffAsAnotherPurposeOrVersionDoesNotOpen() {
    refuses(sealed.toBuilder().setPurpose("tenant-key").build(), uid);
    refuses(sealed.toBuilder().setId("v2").build(), uid);
    // The same characters, divided otherwise between purpose and id.
    refuses(sealed.toBuilder().setPurpose("broker-passwordv").setId("1").build(), uid);
  }

  @Test
  void anAlteredSecretDoesNotOpenWhicheverByteIsAltered() {
    byte[] bytes = sealed.getSealed().toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      byte[] altered = bytes.clone();
      altered[i] ^= 1;
      refuses(sealed.toBuilder().setSealed(ByteString.copyFrom(altered)).build(), uid);
    }
  }

  @Test
  void aTruncatedSecretDoesNotOpen() {
    for (int length = 0; length < sealed.getSealed().size(); length++) {
      refuses(sealed.toBuilder().setSealed(sealed.getSealed().substring(0, length)).build(), uid);
    }
  }

  @Test
  void anotherPlatformsKeyDoesNotOpen() {
    assertThatThrownBy(() -> box((byte) 8).open(sealed, uid))
        .isInstanceOf(SealBrokenException.class)
        .hasMessageContaining("broker-password")
        .hasMessageContaining(uid.toString());
  }

  private void refuses(SealedSecret secret, TenantUid owner) {
    assertThatThrownBy(() -> box.open(secret, owner)).isInstanceOf(SealBrokenException.class);
  }

  private static SecretBox box(byte fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, fill);
    return new SecretBox(MasterKey.of(key), new SecureRandom());
  }
}
