package dev.kryonix.tenant.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.kit.errors.ServiceException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProfilePatchTest {
  private static final Limits BEFORE =
      Limits.newBuilder()
          .setCache(CacheLimits.newBuilder().setKeys(7).setMemoryBytes(9))
          .setMessaging(MessagingLimits.newBuilder().setQueues(3))
          .build();

  @Test
  void aPathWithinTheOverridesChangesNothingBesideIt() {
    Limits given =
        Limits.newBuilder()
            .setCache(CacheLimits.newBuilder().setEviction(CacheEviction.CACHE_EVICTION_TTL))
            .build();

    assertThat(patched(given, "overrides.cache.eviction", "overrides.cache.keys"))
        .isEqualTo(
            BEFORE.toBuilder()
                .setCache(
                    CacheLimits.newBuilder()
                        .setMemoryBytes(9)
                        .setEviction(CacheEviction.CACHE_EVICTION_TTL))
                .build());
    assertThat(patched(given, "overrides.cache"))
        .isEqualTo(BEFORE.toBuilder().setCache(given.getCache()).build());
    assertThat(patched(given, "overrides")).isEqualTo(given);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"overrides.", "overrides.disk", "overrides.cache.", "overrides.cache.keys.x"})
  void aPathThatLeadsNowhereIsRefused(String path) {
    assertThatThrownBy(() -> patched(BEFORE, path)).hasMessageContaining("no field '" + path + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"overrides", "overrides.cache", "overrides.cache.keys", "plan"})
  void whatIsWithinAFieldOfThePlatformIsThePlatforms(String path) {
    ProfilePatch patch = new ProfilePatch(profile(BEFORE), List.of(path));

    assertThatThrownBy(patch::requireTenantPathsOnly).isInstanceOf(ServiceException.class);
  }

  private static Limits patched(Limits given, String... paths) {
    return new ProfilePatch(profile(given), List.of(paths)).apply(profile(BEFORE)).overrides();
  }

  private static Profile profile(Limits overrides) {
    return TenantProtos.profile(Tenant.newBuilder().setOverrides(overrides).build());
  }
}
