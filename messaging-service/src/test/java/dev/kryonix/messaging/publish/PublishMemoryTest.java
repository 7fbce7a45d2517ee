package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.Status.Code;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PublishMemoryTest {
  private final PublishMemory memory = new PublishMemory(100);
  private final TenantUid one = uid();
  private final TenantUid other = uid();
  private final TenantUid third = uid();

  @Test
  void aTenantLeavesHalfToOthers() {
    memory.take(one, 30);
    memory.take(one, 20);
    assertRefused(one, 1);
    memory.take(other, 50);
    assertRefused(third, 1);

    memory.give(one, 20);
    memory.take(third, 20);
    assertRefused(third, 1);
  }

  @Test
  void whatWasRefusedHoldsNothing() {
    assertRefused(one, 51);
    memory.take(one, 50);
    memory.give(one, 50);
    memory.take(one, 50);
  }

  private void assertRefused(TenantUid tenant, long bytes) {
    assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> memory.take(tenant, bytes))
        .extracting(ServiceException::code)
        .isEqualTo(Code.RESOURCE_EXHAUSTED);
  }

  private static TenantUid uid() {
    return TenantUid.parse(UUID.randomUUID().toString());
  }
}
