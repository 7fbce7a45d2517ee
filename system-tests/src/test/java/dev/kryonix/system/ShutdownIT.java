package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import org.junit.jupiter.api.Test;

/** `down` leaves no process, and what was there is there again after the next `up`. */
@OnPlatform
final class ShutdownIT {
  @Test
  void afterDownNoProcessIsLeftAndAfterUpEveryTenantIsThereAgain(Platform platform) {
    var tenant = platform.newTenant();
    tenant.app().publish("crm", "leads.create", java.util.Map.of("n", "1"));
    assertThat(platform.instance().processes()).hasSizeGreaterThanOrEqualTo(8);
    try {
      platform.instance().launcher("down");

      // What a server has started ends a moment after it.
      await().untilAsserted(() -> assertThat(platform.instance().processes()).isEmpty());
    } finally {
      platform.instance().launcher("up");
    }
    assertThat(platform.operator().get(tenant.id()).getUid()).isNotEmpty();
    assertThat(tenant.app().startBackup().getBackup()).isNotEmpty();
  }
}
