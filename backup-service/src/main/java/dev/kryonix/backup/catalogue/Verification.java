package dev.kryonix.backup.catalogue;

import java.time.Instant;
import java.util.Optional;

/** A verification of a backup: how thorough, how far, and what did not hold. */
public record Verification(
    Depth depth,
    Progress state,
    Instant startTime,
    Optional<Instant> endTime,
    long chunks,
    long bytes,
    Optional<Failure> finding) {

  /** How thorough a verification is. */
  public enum Depth {
    METADATA,
    SAMPLE,
    FULL
  }
}
