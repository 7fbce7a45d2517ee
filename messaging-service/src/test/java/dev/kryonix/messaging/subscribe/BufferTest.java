package dev.kryonix.messaging.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantUid;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class BufferTest {
  private final Buffer buffer = new Buffer(100);
  private final TenantUid one = uid();
  private final TenantUid other = uid();

  @Test
  void aTenantLeavesHalfToOthers() {
    assertThat(buffer.tryTake(one, 50)).isPresent();
    assertThat(buffer.hasRoom(one)).isFalse();
    assertThat(buffer.tryTake(one, 1)).isEmpty();
    assertThat(buffer.hasRoom(other)).isTrue();
    assertThat(buffer.tryTake(other, 50)).isPresent();
  }

  @Test
  void whoHasNothingGetsOneMessageAndItCounts() {
    Buffer.Charge large = buffer.take(one, 200);
    assertThat(buffer.tryTake(other, 1)).isEmpty();

    large.giveBack();
    large.giveBack();
    assertThat(buffer.tryTake(one, 50)).isPresent();
    assertThat(buffer.tryTake(other, 50)).isPresent();
    assertThat(buffer.hasRoom(other)).isFalse();
  }

  private static TenantUid uid() {
    return TenantUid.parse(UUID.randomUUID().toString());
  }
}
