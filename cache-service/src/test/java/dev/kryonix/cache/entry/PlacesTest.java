package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantUid;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PlacesTest {
  private static final TenantUid ACME = new TenantUid(UUID.randomUUID());
  private static final TenantUid GLOBEX = new TenantUid(UUID.randomUUID());
  private static final TenantUid INITECH = new TenantUid(UUID.randomUUID());

  @Test
  void aTenantLeavesHalfToTheOthersWhoTogetherTakeNoMoreThanThereAre() {
    Places places = new Places(4);
    assertThat(places.take(ACME)).isTrue();
    assertThat(places.take(ACME)).isTrue();
    assertThat(places.take(ACME)).isFalse();
    assertThat(places.take(GLOBEX)).isTrue();
    assertThat(places.take(INITECH)).isTrue();
    assertThat(places.take(INITECH)).as("none is left").isFalse();

    places.leave(ACME);

    assertThat(places.take(INITECH)).isTrue();
    assertThat(places.taken()).isEqualTo(4);
  }
}
