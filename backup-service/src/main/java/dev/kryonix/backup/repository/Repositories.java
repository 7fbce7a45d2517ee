package dev.kryonix.backup.repository;

import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** The repositories of all tenants: one folder each, opened with the tenant's own key. */
@Singleton
public final class Repositories {
  private static final String KEY_PURPOSE = "tenant-key";

  private final Path root;
  private final SecretBox secrets;
  private final SecureRandom random = new SecureRandom();

  public Repositories(RepositoryConfig config, SecretBox secrets) {
    this.root = config.dataDir().resolve("repository");
    this.secrets = secrets;
  }

  /** Opens a tenant's repository, making it when there is none. */
  public Repository open(TenantView tenant) throws IOException {
    List<TenantKey> keys = new ArrayList<>();
    for (SealedSecret secret : tenant.secrets()) {
      if (secret.getPurpose().equals(KEY_PURPOSE)) {
        keys.add(TenantKey.of(secret.getId(), secrets.open(secret, tenant.uid())));
      }
    }
    if (keys.isEmpty()) {
      throw new KeysDestroyedException("the tenant " + tenant.id() + " has no key");
    }
    return Repository.open(tenant.uid(), FileObjects.in(folder(tenant.uid())), keys, random);
  }

  /**
   * Erases a tenant's repository: its keys first, so that whatever a crash leaves cannot be read.
   */
  public void erase(TenantUid tenant) throws IOException {
    FileObjects objects = new FileObjects(folder(tenant));
    objects.delete(Keyring.NAME);
    objects.erase();
  }

  /** How many objects a tenant's repository has, counted one by one. */
  public long count(TenantUid tenant) throws IOException {
    return new FileObjects(folder(tenant)).count();
  }

  /** How many bytes a tenant's repository takes. */
  public long size(TenantUid tenant) throws IOException {
    return new FileObjects(folder(tenant)).size();
  }

  private Path folder(TenantUid tenant) {
    return root.resolve(tenant.value().toString());
  }
}
