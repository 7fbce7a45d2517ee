package dev.kryonix.kit.crypto;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.identity.TenantUid;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals tenants' secrets under the platform key, and opens them.
 *
 * <p>A sealed secret is a version byte, a random nonce of 12 bytes, and the AES-256-GCM ciphertext
 * with its tag. The key is derived per tenant, so that the bound on random nonces is a tenant's
 * own; uid, purpose and id are associated data, so that a secret cannot be passed off as another
 * tenant's, another purpose's or another version's.
 */
public final class SecretBox {
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String KEY_PURPOSE = "kryonix/sealed-secret/v1";

  private final MasterKey master;
  private final SecureRandom random;

  public SecretBox(MasterKey master, SecureRandom random) {
    this.master = master;
    this.random = random;
  }

  /**
   * Seals a secret of a tenant.
   *
   * @param purpose what it is for, such as {@code broker-password}
   * @param id the secret's version
   */
  public SealedSecret seal(TenantUid uid, String purpose, String id, byte[] plain) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, nonce, uid, associatedData(uid, purpose, id)).doFinal(plain);
      byte[] all =
          ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
              .put(VERSION)
              .put(nonce)
              .put(sealed)
              .array();
      return SealedSecret.newBuilder()
          .setPurpose(purpose)
          .setId(id)
          .setSealed(ByteString.copyFrom(all))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is not to be had", e);
    }
  }

  /**
   * Opens a secret of the tenant.
   *
   * @throws SealBrokenException when it was sealed under another key, for another tenant, or has
   *     been altered
   */
  public byte[] open(SealedSecret secret, TenantUid uid) {
    ByteBuffer sealed = secret.getSealed().asReadOnlyByteBuffer();
    if (sealed.remaining() < 1 + NONCE_BYTES + TAG_BITS / 8 || sealed.get() != VERSION) {
      throw new SealBrokenException(secret, uid);
    }
    byte[] nonce = new byte[NONCE_BYTES];
    sealed.get(nonce);
    byte[] rest = new byte[sealed.remaining()];
    sealed.get(rest);
    try {
      return cipher(
              Cipher.DECRYPT_MODE,
              nonce,
              uid,
              associatedData(uid, secret.getPurpose(), secret.getId()))
          .doFinal(rest);
    } catch (GeneralSecurityException e) {
      throw new SealBrokenException(secret, uid, e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, TenantUid uid, byte[] associatedData)
      throws GeneralSecurityException {
    SecretKey key = master.derive(uid.toBytes().toByteArray(), KEY_PURPOSE);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(associatedData);
    return cipher;
  }

  /** Every part with its length before it, so that no two triples read alike. */
  private static byte[] associatedData(TenantUid uid, String purpose, String id) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(uid.toBytes().toByteArray());
    for (String part : new String[] {purpose, id}) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }
}
