package dev.kryonix.messaging.deadletter;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.DeadLetter;
import dev.kryonix.api.messaging.v1.DeadLetterFilter;
import dev.kryonix.api.messaging.v1.DeadLetterGroup;
import dev.kryonix.api.messaging.v1.DeadLetterReason;
import dev.kryonix.api.messaging.v1.Message;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.messaging.retry.DeadReason;
import java.time.Instant;
import java.util.Optional;

/** Dead letters as the contract has them. */
final class DeadLetterProtos {
  private DeadLetterProtos() {}

  static DeadLetter letter(DeadMessage dead, Message message) {
    return DeadLetter.newBuilder()
        .setDeadLetterId(dead.id())
        .setMessage(message)
        .setReason(reason(dead.reason()))
        .setFirstError(dead.attempts().firstError())
        .setLastError(dead.attempts().lastError())
        .addAllAttemptTimes(
            dead.attempts().times().stream().map(DeadLetterProtos::timestamp).toList())
        .setAttempts(dead.attempts().failed())
        .setDeadTime(timestamp(dead.time()))
        .setFingerprint(dead.fingerprint())
        .build();
  }

  static DeadLetterGroup group(Group group) {
    return DeadLetterGroup.newBuilder()
        .setFingerprint(group.fingerprint())
        .setModule(group.module())
        .setOperation(group.operation())
        .setReason(reason(group.reason()))
        .setError(group.error())
        .setCount(group.count())
        .setFirstDeadTime(timestamp(group.first()))
        .setLastDeadTime(timestamp(group.last()))
        .build();
  }

  /** The times of a filter. */
  static Optional<Instant> time(DeadLetterFilter filter, String field) {
    boolean from = field.equals("from_time");
    if (from ? !filter.hasFromTime() : !filter.hasUntilTime()) {
      return Optional.empty();
    }
    Timestamp time = from ? filter.getFromTime() : filter.getUntilTime();
    if (!Timestamps.isValid(time)) {
      throw CommonErrors.invalidField("filter." + field, "is no time");
    }
    return Optional.of(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
  }

  private static DeadLetterReason reason(DeadReason reason) {
    return switch (reason) {
      case ATTEMPTS_EXHAUSTED -> DeadLetterReason.DEAD_LETTER_REASON_ATTEMPTS_EXHAUSTED;
      case DROPPED -> DeadLetterReason.DEAD_LETTER_REASON_DROPPED;
      case EXPIRED -> DeadLetterReason.DEAD_LETTER_REASON_EXPIRED;
      case UNROUTABLE -> DeadLetterReason.DEAD_LETTER_REASON_UNROUTABLE;
      case CORRUPT -> DeadLetterReason.DEAD_LETTER_REASON_CORRUPT;
    };
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamps.fromNanos(
        Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano()));
  }
}
