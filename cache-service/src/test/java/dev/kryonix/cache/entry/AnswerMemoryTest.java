package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantUid;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class AnswerMemoryTest {
  private static final long MIB = 1 << 20;
  private static final TenantUid ACME = new TenantUid(UUID.randomUUID());
  private static final TenantUid GLOBEX = new TenantUid(UUID.randomUUID());

  @Test
  void oneShareHoldsNoMoreThanItMay() {
    AnswerMemory memory = new AnswerMemory(1000 * MIB);
    try (AnswerMemory.Share share = memory.share(ACME)) {
      assertThat(share.take(AnswerMemory.Share.MOST)).isTrue();
      assertThat(share.take(1)).isFalse();

      share.give(10);
      assertThat(share.take(10)).isTrue();
      assertThat(memory.share(ACME).take(10)).as("another share").isTrue();
    }
  }

  @Test
  void allSharesOfATenantTogetherLeaveHalfToTheOthers() {
    AnswerMemory memory = new AnswerMemory(40 * MIB);
    List<AnswerMemory.Share> shares = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      AnswerMemory.Share share = memory.share(ACME);
      shares.add(share);
      while (share.take(MIB)) {
        assertThat(shares).isNotEmpty();
      }
    }

    AnswerMemory.Share other = memory.share(GLOBEX);
    assertThat(other.take(10 * MIB)).as("half of what is left").isTrue();
    assertThat(other.take(1)).isFalse();
    shares.forEach(AnswerMemory.Share::close);
    assertThat(other.take(10 * MIB)).as("half of all").isTrue();
  }

  @Test
  void aClosedShareGivesAllBackOnce() {
    AnswerMemory memory = new AnswerMemory(40 * MIB);
    AnswerMemory.Share one = memory.share(ACME);
    assertThat(one.take(20 * MIB)).isTrue();

    one.close();
    one.give(20 * MIB);
    one.close();

    assertThat(one.take(1)).as("a closed one").isFalse();
    assertThat(memory.share(ACME).take(20 * MIB)).isTrue();
    assertThat(memory.share(ACME).take(1)).isFalse();
  }
}
