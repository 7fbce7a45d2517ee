package dev.kryonix.tenant.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.ImportTarget;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.tenant.tenants.ProfileRecords;
import java.util.Optional;

/** A profile, checked and kept in memory until it is put back. */
final class ProfileImport implements SnapshotImport {
  private final ImportTarget target;
  private final ProfileRecords profiles;
  private final ProfileRestore restore;
  private Optional<ByteString> staged = Optional.empty();

  ProfileImport(ImportTarget target, ProfileRecords profiles, ProfileRestore restore) {
    this.target = target;
    this.profiles = profiles;
    this.restore = restore;
  }

  @Override
  public void accept(Record record) {
    if (!record.getCollection().equals(TenantSnapshots.PROFILE) || staged.isPresent()) {
      throw CommonErrors.invalidField("record", "this source has one record, the profile");
    }
    profiles.check(record.getValue());
    staged = Optional.of(record.getValue());
  }

  @Override
  public void commit(ImportReceipt receipt) {
    restore.put(target, staged, receipt);
  }

  @Override
  public void close() {
    staged = Optional.empty();
  }
}
