package dev.kryonix.cache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Backups and restores on a Redis Cluster, and changes of plan, which move a tenant there. */
final class CacheSnapshotsOnClusterIT extends CacheSnapshotsSuite {
  private static final EntryKey ENTRY = new EntryKey("crm", "temp", "a");

  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }

  @Test
  void aChangeOfPlanTakesSessionsCollectionsAndQueuesAlongAndLeavesEntriesBehind()
      throws Exception {
    TenantView enterprise = tenant("enterprise");
    TestEntries entries = new TestEntries(context);
    entries.write(enterprise, ENTRY, Duration.ofHours(1));
    Session session = sessions.create(enterprise, "ana");
    sync.write(enterprise, "rui", "Rui");
    String before = sync.pull(enterprise, "").checkpoint();
    sync.enqueue(enterprise, "op1", "op2");

    TenantView basic = withPlan(enterprise, "basic");
    apply(basic);
    apply(basic);

    assertThat(recount.counted(enterprise).keys()).isZero();
    assertThat(sessions.list(basic, "ana")).containsExactly(session);
    assertThat(names(sync.pull(basic, ""))).containsExactly("Rui");
    assertThat(sync.pull(basic, before).reset()).isTrue();
    assertThat(sync.queued(basic)).containsExactly("op1", "op2");
    assertThat(entries.isThere(basic, ENTRY)).isFalse();
    assertThat(recount.booked(basic)).isEqualTo(recount.counted(basic));

    apply(enterprise);
    assertThat(recount.counted(basic).keys()).isZero();
    assertThat(names(sync.pull(enterprise, ""))).containsExactly("Rui");
    assertThat(sync.queued(enterprise)).containsExactly("op1", "op2");
    assertThat(sessions.list(enterprise, "ana")).containsExactly(session);
  }

  @Test
  void whatComesLateIntoTheOldPlaceReplacesNothingInTheNew() throws Exception {
    TenantView enterprise = tenant("enterprise");
    sync.write(enterprise, "rui", "Rui");
    TenantView basic = withPlan(enterprise, "basic");
    apply(basic);
    sync.write(basic, "eva", "Eva");

    // An instance that has not heard of the new plan yet.
    sync.write(enterprise, "late", "Late");
    sync.enqueue(enterprise, "late");
    apply(basic);

    assertThat(names(sync.pull(basic, ""))).containsExactly("Rui", "Eva");
    assertThat(sync.queued(basic)).containsExactly("late");
    assertThat(recount.counted(enterprise).keys()).isZero();
  }

  private void apply(TenantView tenant) throws Exception {
    StepReporter steps = (step, action) -> action.run();
    context.getBean(TenantReconciler.class).apply(tenant, steps);
  }
}
