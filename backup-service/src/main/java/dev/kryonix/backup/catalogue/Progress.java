package dev.kryonix.backup.catalogue;

/** Where a part of a backup or restore stands. */
public enum Progress {
  PENDING,
  RUNNING,
  DONE,
  FAILED,
  SKIPPED
}
