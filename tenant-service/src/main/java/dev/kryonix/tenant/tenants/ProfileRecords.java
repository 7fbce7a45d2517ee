package dev.kryonix.tenant.tenants;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.kit.errors.CommonErrors;
import jakarta.inject.Singleton;
import java.time.Instant;

/**
 * A tenant's profile as bytes for a snapshot: the contract's Tenant. What the tenant itself says of
 * it can be taken back (name, sector, labels, words, mobile preference); plan, modules, region,
 * compliance and overrides are the platform's to decide and stay as they are.
 */
@Singleton
public final class ProfileRecords {
  private final TenantProtos protos;

  ProfileRecords(ProfileRules rules) {
    this.protos = new TenantProtos(rules);
  }

  /** The profile as it stands. */
  public ByteString encode(Tenant tenant) {
    return protos.message(tenant).toByteString();
  }

  /**
   * The tenant with what it once said of itself, as its next revision; itself when nothing differs.
   */
  public Tenant restored(Tenant tenant, ByteString encoded, Instant now) {
    Profile then = decode(encoded);
    Profile next =
        tenant
            .profile()
            .withDisplayName(then.displayName())
            .withSector(then.sector())
            .withLabels(then.labels())
            .withWords(then.words())
            .withPreference(then.preference());
    return next.equals(tenant.profile())
        ? tenant
        : tenant.changed(next, tenant.life().updatedAt(now));
  }

  private static Profile decode(ByteString encoded) {
    try {
      return TenantProtos.profile(dev.kryonix.api.tenant.v1.Tenant.parseFrom(encoded));
    } catch (InvalidProtocolBufferException e) {
      throw CommonErrors.invalidField("record.value", "not a tenant's profile of format 1");
    }
  }
}
