package dev.kryonix.backup.backup;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.backup.v1.BackupMetrics;
import dev.kryonix.api.backup.v1.BackupState;
import dev.kryonix.api.backup.v1.BackupTrigger;
import dev.kryonix.api.backup.v1.BackupType;
import dev.kryonix.api.backup.v1.ProgressState;
import dev.kryonix.api.backup.v1.VerificationDepth;
import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.Failure;
import dev.kryonix.backup.catalogue.Progress;
import dev.kryonix.backup.catalogue.SourceProgress;
import dev.kryonix.backup.catalogue.Verification;
import java.time.Duration;
import java.time.Instant;

/** Backups and their parts as the contract shows them. */
public final class BackupProtos {
  private BackupProtos() {}

  static dev.kryonix.api.backup.v1.Backup backup(Backup backup, Instant now) {
    dev.kryonix.api.backup.v1.Backup.Builder proto =
        dev.kryonix.api.backup.v1.Backup.newBuilder()
            .setBackup(backup.id().toString())
            .setType(BackupType.BACKUP_TYPE_FULL)
            .setState(state(backup.state()))
            .setTrigger(trigger(backup.order().trigger()))
            .setCreateTime(timestamp(backup.times().create()))
            .setMetrics(metrics(backup, now))
            .setPinned(backup.order().pinned())
            .setDescription(backup.order().description())
            .putAllLabels(backup.order().labels())
            .addAllModules(backup.order().modules());
    backup.times().start().ifPresent(time -> proto.setStartTime(timestamp(time)));
    backup.times().end().ifPresent(time -> proto.setEndTime(timestamp(time)));
    backup.times().expire().ifPresent(time -> proto.setExpireTime(timestamp(time)));
    backup.sources().forEach(source -> proto.addSources(source(source)));
    backup.failure().ifPresent(failure -> proto.setFailure(failure(failure)));
    backup.verification().ifPresent(each -> proto.setLastVerification(verification(each)));
    return proto.build();
  }

  static dev.kryonix.api.backup.v1.Verification verification(Verification verification) {
    dev.kryonix.api.backup.v1.Verification.Builder proto =
        dev.kryonix.api.backup.v1.Verification.newBuilder()
            .setDepth(depth(verification.depth()))
            .setState(progress(verification.state()))
            .setStartTime(timestamp(verification.startTime()))
            .setChunksChecked(verification.chunks())
            .setBytesChecked(verification.bytes());
    verification.endTime().ifPresent(time -> proto.setEndTime(timestamp(time)));
    verification.finding().ifPresent(finding -> proto.addFindings(failure(finding)));
    return proto.build();
  }

  public static dev.kryonix.api.backup.v1.SourceProgress source(SourceProgress source) {
    dev.kryonix.api.backup.v1.SourceProgress.Builder proto =
        dev.kryonix.api.backup.v1.SourceProgress.newBuilder()
            .setSource(source.source())
            .setState(progress(source.state()))
            .setRecords(source.records())
            .setBytes(source.bytes())
            .setExpectedRecords(source.expected())
            .putAllCounts(source.counts());
    source.snapshotTime().ifPresent(time -> proto.setSnapshotTime(timestamp(time)));
    return proto.build();
  }

  public static dev.kryonix.api.backup.v1.Failure failure(Failure failure) {
    return dev.kryonix.api.backup.v1.Failure.newBuilder()
        .setReason(failure.reason())
        .setMessage(failure.message())
        .setSource(failure.source())
        .build();
  }

  public static ProgressState progress(Progress progress) {
    return switch (progress) {
      case PENDING -> ProgressState.PROGRESS_STATE_PENDING;
      case RUNNING -> ProgressState.PROGRESS_STATE_RUNNING;
      case DONE -> ProgressState.PROGRESS_STATE_DONE;
      case FAILED -> ProgressState.PROGRESS_STATE_FAILED;
      case SKIPPED -> ProgressState.PROGRESS_STATE_SKIPPED;
    };
  }

  public static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static Backup.State state(BackupState state) {
    return Backup.State.valueOf(state.name().substring("BACKUP_STATE_".length()));
  }

  static Backup.Trigger trigger(BackupTrigger trigger) {
    return Backup.Trigger.valueOf(trigger.name().substring("BACKUP_TRIGGER_".length()));
  }

  static Verification.Depth depth(VerificationDepth depth) {
    return depth == VerificationDepth.VERIFICATION_DEPTH_UNSPECIFIED
        ? Verification.Depth.METADATA
        : Verification.Depth.valueOf(depth.name().substring("VERIFICATION_DEPTH_".length()));
  }

  private static BackupState state(Backup.State state) {
    return BackupState.valueOf("BACKUP_STATE_" + state);
  }

  private static BackupTrigger trigger(Backup.Trigger trigger) {
    return BackupTrigger.valueOf("BACKUP_TRIGGER_" + trigger);
  }

  private static VerificationDepth depth(Verification.Depth depth) {
    return VerificationDepth.valueOf("VERIFICATION_DEPTH_" + depth);
  }

  private static BackupMetrics metrics(Backup backup, Instant now) {
    Backup.Volume volume = backup.volume();
    long bytes = backup.bytes();
    Duration duration =
        backup
            .times()
            .start()
            .map(start -> Duration.between(start, backup.times().end().orElse(now)))
            .orElse(Duration.ZERO);
    double seconds = duration.toNanos() / 1e9;
    BackupMetrics.Builder metrics =
        BackupMetrics.newBuilder()
            .setBytes(bytes)
            .setNewBytes(volume.newBytes())
            .setStoredBytes(volume.storedBytes())
            .setChunks(volume.chunks())
            .setNewChunks(volume.newChunks())
            .setDuration(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(duration.getSeconds())
                    .setNanos(duration.getNano()));
    if (volume.storedBytes() > 0) {
      metrics.setCompressionRatio((double) volume.newBytes() / volume.storedBytes());
    }
    if (bytes > 0) {
      // The ids of chunks are stored as well, so more can be new than was read.
      metrics.setDeduplicatedShare(Math.max(0, 1 - (double) volume.newBytes() / bytes));
    }
    if (seconds > 0) {
      metrics.setBytesPerSecond(bytes / seconds);
    }
    return metrics.build();
  }
}
