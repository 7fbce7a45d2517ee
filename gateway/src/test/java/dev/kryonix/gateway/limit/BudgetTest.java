package dev.kryonix.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A tenant's budget over several gateways that share its buckets. */
class BudgetTest {
  private static final TenantUid TENANT = new TenantUid(new UUID(1, 2));

  private long now = 1_000_000_000L;

  @Test
  void aRestedTenantMayUseItsWholeBucketAtOnceAndIsThenHeldToItsRate() {
    Rate rate = new Rate(0, 100);
    Budget budget = new Budget(TENANT, rate, new LocalGrants(() -> now), () -> now);

    assertThat(passed(budget, 1_000)).isBetween(100, 100 + 2 * (int) rate.lease());

    int later = 0;
    for (int i = 0; i < 100; i++) {
      now += Duration.ofMillis(100).toNanos();
      later += passed(budget, 100);
    }
    assertThat(later).isBetween(950, 1_000 + 2 * (int) rate.lease());
  }

  @Test
  void aRefusalSaysWhenTheNextCallCanPass() {
    Budget budget = new Budget(TENANT, new Rate(36, 0), new LocalGrants(() -> now), () -> now);
    passed(budget, 100);

    Allowance refused = budget.take(1);

    assertThat(refused.passes()).isFalse();
    assertThat(refused.waitNanos()).isBetween(0L, Duration.ofSeconds(200).toNanos());
    assertThat(refused.remaining()).isZero();
    now += refused.waitNanos();
    assertThat(budget.take(1).passes()).isTrue();
  }

  @Test
  void aCallThatCostsMoreThanALeaseStillPasses() {
    Budget budget = new Budget(TENANT, new Rate(0, 20), new LocalGrants(() -> now), () -> now);

    assertThat(budget.take(15).passes()).isTrue();
    assertThat(passed(budget, 100)).isBetween(4, 8);
  }

  @Test
  void aTenantIsNotRefusedWhileTheAnswerIsAwaitedButGetsNoMoreThanALeaseOnCredit() {
    List<Runnable> answers = new ArrayList<>();
    Grants slow =
        (tenant, rate, used, wanted, then) ->
            answers.add(() -> then.accept(new Grant(wanted, 0, 0)));
    Rate rate = new Rate(0, 200);
    Budget budget = new Budget(TENANT, rate, slow, () -> now);

    assertThat(passed(budget, 1_000)).isEqualTo((int) rate.lease());
    assertThat(answers).hasSize(1);

    answers.removeFirst().run();
    assertThat(budget.take(1).passes()).isTrue();
  }

  /** Any order of calls and answers over three gateways. */
  @Property(tries = 300)
  void allGatewaysTogetherGrantNoMoreThanTheBucketsAndTwoLeasesEach(
      @ForAll @Size(min = 1, max = 400) List<@IntRange(min = 0, max = 9) Integer> steps,
      @ForAll @IntRange(min = 1, max = 500) int perSecond) {
    now = 0;
    Rate rate = new Rate(0, perSecond);
    LocalGrants shared = new LocalGrants(() -> now);
    List<Runnable> onTheWay = new ArrayList<>();
    Grants delayed =
        (tenant, r, used, wanted, then) ->
            shared.take(tenant, r, used, wanted, grant -> onTheWay.add(() -> answer(then, grant)));
    List<Budget> gateways =
        List.of(
            new Budget(TENANT, rate, delayed, () -> now),
            new Budget(TENANT, rate, delayed, () -> now),
            new Budget(TENANT, rate, delayed, () -> now));
    long passed = 0;
    long began = now;
    for (int step : steps) {
      switch (step) {
        case 0, 1, 2 -> passed += passed(gateways.get(step), 50);
        case 3, 4, 5 -> {
          if (!onTheWay.isEmpty()) {
            onTheWay.removeFirst().run();
          }
        }
        case 6 -> onTheWay.removeIf(each -> run(each));
        default -> now += Duration.ofMillis(10L * step).toNanos();
      }
      double filled = perSecond + (now - began) / 1e9 * perSecond;
      assertThat((double) passed).isLessThanOrEqualTo(filled + 3 * 2 * rate.lease() + 1);
    }
  }

  private static void answer(Consumer<Grant> then, Grant grant) {
    then.accept(grant);
  }

  private static boolean run(Runnable each) {
    each.run();
    return true;
  }

  private static int passed(Budget budget, int tries) {
    int passed = 0;
    for (int i = 0; i < tries; i++) {
      passed += budget.take(1).passes() ? 1 : 0;
    }
    return passed;
  }
}
