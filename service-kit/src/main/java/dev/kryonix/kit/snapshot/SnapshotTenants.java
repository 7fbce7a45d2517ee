package dev.kryonix.kit.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantDirectory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Tells whether a snapshot names a tenant that is here. A service without a directory, which is
 * tenant-service, leaves that to its store.
 */
@Singleton
@Requires(beans = SnapshotStore.class)
final class SnapshotTenants {
  private static final int UID_BYTES = 16;

  private final Optional<TenantDirectory> directory;

  SnapshotTenants(Optional<TenantDirectory> directory) {
    this.directory = directory;
  }

  /** A tenant by both of its names. */
  record Named(TenantId id, TenantUid uid) {}

  /**
   * The tenant that the fields name.
   *
   * @param path where in the request the fields are, such as {@code header.}
   */
  Named require(String path, String id, ByteString uid) {
    TenantId tenant =
        TenantId.parse(id)
            .orElseThrow(
                () -> SnapshotErrors.invalid(path + "tenant", "'" + id + "' is not a tenant id"));
    if (uid.size() != UID_BYTES) {
      throw SnapshotErrors.invalid(path + "tenant_uid", "must have 16 bytes");
    }
    Named named = new Named(tenant, TenantUid.fromBytes(uid));
    if (directory.isPresent() && directory.get().find(named.id(), named.uid()).isEmpty()) {
      throw SnapshotErrors.unknownTenant(id);
    }
    return named;
  }
}
