package dev.kryonix.messaging.deadletter;

import dev.kryonix.messaging.retry.DeadReason;
import java.time.Instant;

/**
 * Dead letters that failed in the same way.
 *
 * @param error of the newest
 */
record Group(
    String fingerprint,
    String module,
    String operation,
    DeadReason reason,
    String error,
    long count,
    Instant first,
    Instant last) {}
