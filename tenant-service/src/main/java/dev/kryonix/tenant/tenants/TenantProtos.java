package dev.kryonix.tenant.tenants;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.tenant.v1.MobilePreference;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.tenant.conditions.Condition;
import dev.kryonix.tenant.conditions.ConditionProtos;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** Tenants as messages. */
public final class TenantProtos {
  private final ProfileRules rules;

  public TenantProtos(ProfileRules rules) {
    this.rules = rules;
  }

  public dev.kryonix.api.tenant.v1.Tenant message(Tenant tenant) {
    return message(tenant, List.of());
  }

  public dev.kryonix.api.tenant.v1.Tenant message(Tenant tenant, List<Condition> conditions) {
    Profile profile = tenant.profile();
    Life life = tenant.life();
    dev.kryonix.api.tenant.v1.Tenant.Builder message =
        dev.kryonix.api.tenant.v1.Tenant.newBuilder()
            .setId(tenant.id().value())
            .setUid(tenant.uid().toString())
            .setDisplayName(profile.displayName())
            .setSector(profile.sector())
            .setPlan(profile.plan())
            .addAllModules(profile.modules())
            .setRegion(profile.region())
            .putAllLabels(profile.labels())
            .addAllCompliance(profile.compliance())
            .setMobilePreference(preference(profile.preference()))
            .putAllWords(profile.words())
            .setOverrides(profile.overrides())
            .setLimits(rules.limits(profile))
            .setState(state(life.phase()))
            .setStateReason(life.reason())
            .setCell(tenant.cell())
            .setRevision(tenant.revision())
            .setEtag(tenant.etag())
            .setGeneration(tenant.generation())
            .setCreateTime(timestamp(life.created()))
            .setUpdateTime(timestamp(life.updated()));
    life.activated().ifPresent(time -> message.setActiveTime(timestamp(time)));
    life.deleted().ifPresent(time -> message.setDeleteTime(timestamp(time)));
    life.purgeable().ifPresent(time -> message.setPurgeTime(timestamp(time)));
    conditions.forEach(each -> message.addConditions(ConditionProtos.message(each)));
    return message.build();
  }

  /** What the caller says of a tenant; the fields that the platform sets are passed over. */
  public static Profile profile(dev.kryonix.api.tenant.v1.Tenant message) {
    return new Profile(
        message.getDisplayName().strip(),
        message.getSector(),
        message.getPlan(),
        message.getModulesList(),
        message.getRegion(),
        new TreeMap<>(message.getLabelsMap()),
        message.getComplianceList(),
        preference(message.getMobilePreference()),
        new TreeMap<>(message.getWordsMap()),
        message.getOverrides());
  }

  public static dev.kryonix.api.tenant.v1.Tenant parse(byte[] bytes) {
    try {
      return dev.kryonix.api.tenant.v1.Tenant.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept answer is not a Tenant", e);
    }
  }

  public static Phase phase(TenantState state) {
    return switch (state) {
      case TENANT_STATE_PROVISIONING -> Phase.PROVISIONING;
      case TENANT_STATE_ACTIVE -> Phase.ACTIVE;
      case TENANT_STATE_SUSPENDED -> Phase.SUSPENDED;
      case TENANT_STATE_DELETING -> Phase.DELETING;
      case TENANT_STATE_PURGED -> Phase.PURGED;
      case TENANT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("the contract's rules let this state through");
    };
  }

  static Timestamp timestamp(Instant instant) {
    return ConditionProtos.timestamp(instant);
  }

  private static TenantState state(Phase phase) {
    return switch (phase) {
      case PROVISIONING -> TenantState.TENANT_STATE_PROVISIONING;
      case ACTIVE -> TenantState.TENANT_STATE_ACTIVE;
      case SUSPENDED -> TenantState.TENANT_STATE_SUSPENDED;
      case DELETING -> TenantState.TENANT_STATE_DELETING;
      case PURGED -> TenantState.TENANT_STATE_PURGED;
    };
  }

  private static MobilePreference preference(Preference preference) {
    return switch (preference) {
      case MOBILE -> MobilePreference.MOBILE_PREFERENCE_MOBILE;
      case BALANCED -> MobilePreference.MOBILE_PREFERENCE_BALANCED;
      case DESKTOP -> MobilePreference.MOBILE_PREFERENCE_DESKTOP;
    };
  }

  private static Preference preference(MobilePreference preference) {
    return switch (preference) {
      case MOBILE_PREFERENCE_BALANCED -> Preference.BALANCED;
      case MOBILE_PREFERENCE_DESKTOP -> Preference.DESKTOP;
      case MOBILE_PREFERENCE_MOBILE, MOBILE_PREFERENCE_UNSPECIFIED, UNRECOGNIZED ->
          Preference.MOBILE;
    };
  }
}
