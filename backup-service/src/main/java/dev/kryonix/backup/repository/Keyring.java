package dev.kryonix.backup.repository;

import dev.kryonix.kit.identity.TenantUid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The object that holds a repository's keys, wrapped under the tenant's key. Rotating the tenant's
 * key rewrites this one object; destroying it makes everything else unreadable.
 */
final class Keyring {
  static final String NAME = "keyring";
  private static final int MAGIC = 0x4b584b31;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final TenantUid tenant;
  private final FileObjects objects;
  private final SecureRandom random;

  Keyring(TenantUid tenant, FileObjects objects, SecureRandom random) {
    this.tenant = tenant;
    this.objects = objects;
    this.random = random;
  }

  /**
   * Opens the keyring with one of the tenant's keys, making it in an empty repository, and wraps it
   * anew when an older key than the first had to be used.
   *
   * @param tenantKeys the newest first
   */
  RepositoryKeys open(List<TenantKey> tenantKeys) throws IOException {
    TenantKey newest = tenantKeys.getFirst();
    if (!objects.exists(NAME)) {
      if (!objects.list(Repository.MANIFESTS).isEmpty()) {
        throw new KeysDestroyedException("the repository has manifests and no keyring");
      }
      byte[] wrapped = wrap(RepositoryKeys.random(random), newest);
      objects.putIfAbsent(NAME, out -> out.write(wrapped));
    }
    byte[] stored = objects.readAll(NAME);
    String keyId = keyId(stored);
    TenantKey key =
        tenantKeys.stream()
            .filter(candidate -> candidate.id().equals(keyId))
            .findFirst()
            .orElseThrow(() -> new KeysDestroyedException("no tenant key '" + keyId + "'"));
    RepositoryKeys keys = unwrap(stored, key);
    if (!keyId.equals(newest.id())) {
      byte[] wrapped = wrap(keys, newest);
      objects.put(NAME, out -> out.write(wrapped));
    }
    return keys;
  }

  private static String keyId(byte[] stored) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      if (in.readInt() != MAGIC) {
        throw new CorruptObjectException(NAME, "is no keyring");
      }
      return in.readUTF();
    } catch (EOFException | UTFDataFormatException e) {
      throw new CorruptObjectException(NAME, "is no keyring", e);
    }
  }

  private byte[] wrap(RepositoryKeys keys, TenantKey key) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(plain);
    fields.write(keys.idKey().getEncoded());
    fields.write(keys.gearKey().getEncoded());
    fields.writeInt(keys.dataKeys().size());
    for (var epoch : keys.dataKeys().entrySet()) {
      fields.writeInt(epoch.getKey());
      fields.write(epoch.getValue().getEncoded());
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(stored);
    out.writeInt(MAGIC);
    out.writeUTF(key.id());
    out.write(nonce);
    try {
      out.write(cipher(Cipher.ENCRYPT_MODE, key, nonce).doFinal(plain.toByteArray()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("wrapping cannot fail", e);
    }
    return stored.toByteArray();
  }

  private RepositoryKeys unwrap(byte[] stored, TenantKey key) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      in.readInt();
      in.readUTF();
      byte[] nonce = in.readNBytes(NONCE_BYTES);
      byte[] plain = cipher(Cipher.DECRYPT_MODE, key, nonce).doFinal(in.readAllBytes());
      DataInputStream fields = new DataInputStream(new ByteArrayInputStream(plain));
      SecretKey idKey = readKey(fields);
      SecretKey gearKey = readKey(fields);
      NavigableMap<Integer, SecretKey> dataKeys = new TreeMap<>();
      for (int left = fields.readInt(); left > 0; left--) {
        dataKeys.put(fields.readInt(), readKey(fields));
      }
      return new RepositoryKeys(idKey, gearKey, dataKeys);
    } catch (GeneralSecurityException e) {
      throw new CorruptObjectException(NAME, "is not authentic", e);
    }
  }

  private static SecretKey readKey(DataInputStream in) throws IOException {
    return RepositoryKeys.of(in.readNBytes(RepositoryKeys.KEY_BYTES));
  }

  private Cipher cipher(int mode, TenantKey key, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] wrapping = Hashes.derive(key.key(), new byte[0], "kryonix repository v1 keyring");
    cipher.init(mode, new SecretKeySpec(wrapping, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(tenant.toBytes().toByteArray());
    cipher.updateAAD(key.id().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
