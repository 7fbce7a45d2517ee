package dev.kryonix.backup.restore;

import dev.kryonix.api.backup.v1.ReachedTime;
import dev.kryonix.api.backup.v1.RestorePhase;
import dev.kryonix.api.backup.v1.RestorePhaseProgress;
import dev.kryonix.api.backup.v1.RestorePlan;
import dev.kryonix.api.backup.v1.RestorePlanPhase;
import dev.kryonix.api.backup.v1.RestoreSpec;
import dev.kryonix.api.backup.v1.RestoreState;
import dev.kryonix.backup.backup.BackupProtos;
import dev.kryonix.backup.catalogue.Restore;
import dev.kryonix.backup.catalogue.Restore.PhaseProgress;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.source.Source;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/** Restores and plans as the contract shows them. */
final class RestoreProtos {
  private static final String STATE = "RESTORE_STATE_";

  private RestoreProtos() {}

  static dev.kryonix.api.backup.v1.Restore restore(Restore restore) {
    dev.kryonix.api.backup.v1.Restore.Builder proto =
        dev.kryonix.api.backup.v1.Restore.newBuilder()
            .setRestore(restore.id().toString())
            .setSpec(
                RestoreSpec.newBuilder()
                    .setBackup(restore.order().backup().toString())
                    .addAllSources(restore.order().sources())
                    .addAllModules(restore.order().modules()))
            .setState(RestoreState.valueOf(STATE + restore.state()))
            .setBackup(restore.order().backup().toString())
            .setSafetyBackup(restore.safetyBackup().map(UUID::toString).orElse(""))
            .setCreateTime(BackupProtos.timestamp(restore.times().create()))
            .setExpiredRecords(restore.expired());
    for (PhaseProgress phase : restore.phases()) {
      proto.addPhases(phase(phase));
      phase
          .progress()
          .snapshotTime()
          .ifPresent(
              time ->
                  proto.addReached(
                      ReachedTime.newBuilder()
                          .setSource(phase.progress().source())
                          .setTime(BackupProtos.timestamp(time))));
    }
    restore
        .phases()
        .getFirst()
        .start()
        .ifPresent(time -> proto.setStartTime(BackupProtos.timestamp(time)));
    restore.times().end().ifPresent(time -> proto.setEndTime(BackupProtos.timestamp(time)));
    restore.failure().ifPresent(failure -> proto.setFailure(BackupProtos.failure(failure)));
    return proto.build();
  }

  static RestorePlan plan(Plan plan) {
    RestorePlan.Builder proto =
        RestorePlan.newBuilder().setBackup(plan.manifest().backup().toString());
    long bytes = 0;
    for (PhaseProgress phase : plan.phases()) {
      RestorePlanPhase.Builder part = RestorePlanPhase.newBuilder().setPhase(phase(phase.phase()));
      Optional<Source> source = Source.of(phase.progress().source());
      if (source.isPresent()) {
        Manifest.Source stored = plan.source(source.get());
        part.setSource(stored.name())
            .putAllCounts(stored.content().counts())
            .setBytes(stored.content().bytes());
        bytes += stored.content().bytes();
        proto.addReached(
            ReachedTime.newBuilder()
                .setSource(stored.name())
                .setTime(BackupProtos.timestamp(stored.time())));
      }
      proto.addPhases(part);
    }
    if (!plan.order().modules().equals(plan.manifest().modules())) {
      proto.addWarnings(
          "Counts and bytes are those of the whole backup; only the records of the modules "
              + plan.order().modules()
              + " would be put back.");
    }
    return proto.setBytes(bytes).build();
  }

  /** The state to filter by, if one is given. */
  static Optional<Restore.State> state(RestoreState state) {
    return Arrays.stream(Restore.State.values())
        .filter(each -> state.name().equals(STATE + each.name()))
        .findFirst();
  }

  /**
   * Whether a restore can be in the state by now; others come with approval, pausing and
   * cancelling.
   */
  static boolean isReachable(RestoreState state) {
    return state == RestoreState.RESTORE_STATE_UNSPECIFIED || state(state).isPresent();
  }

  private static RestorePhaseProgress phase(PhaseProgress phase) {
    RestorePhaseProgress.Builder proto =
        RestorePhaseProgress.newBuilder()
            .setPhase(phase(phase.phase()))
            .setState(BackupProtos.progress(phase.state()))
            .setRolledBack(phase.rolledBack());
    if (!phase.progress().source().isEmpty()) {
      proto.setProgress(BackupProtos.source(phase.progress()));
    }
    phase.start().ifPresent(time -> proto.setStartTime(BackupProtos.timestamp(time)));
    phase.end().ifPresent(time -> proto.setEndTime(BackupProtos.timestamp(time)));
    return proto.build();
  }

  private static RestorePhase phase(Restore.Phase phase) {
    return RestorePhase.valueOf("RESTORE_PHASE_" + phase);
  }
}
