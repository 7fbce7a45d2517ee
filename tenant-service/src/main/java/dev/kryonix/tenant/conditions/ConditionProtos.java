package dev.kryonix.tenant.conditions;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.tenant.v1.ConditionStatus;
import java.time.Instant;

/** Conditions as messages. */
public final class ConditionProtos {
  private ConditionProtos() {}

  public static dev.kryonix.api.tenant.v1.Condition message(Condition condition) {
    dev.kryonix.api.tenant.v1.Condition.Builder message =
        dev.kryonix.api.tenant.v1.Condition.newBuilder()
            .setType(condition.service())
            .setStatus(status(condition.status()))
            .setReason(condition.reason())
            .setMessage(condition.message())
            .setObservedGeneration(condition.observedGeneration())
            .setLastTransitionTime(timestamp(condition.lastTransition()))
            .setStep(condition.step())
            .setFailures(condition.failures());
    condition.nextRetry().ifPresent(time -> message.setNextRetryTime(timestamp(time)));
    return message.build();
  }

  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static ConditionStatus status(Condition.Status status) {
    return switch (status) {
      case TRUE -> ConditionStatus.CONDITION_STATUS_TRUE;
      case FALSE -> ConditionStatus.CONDITION_STATUS_FALSE;
      case UNKNOWN -> ConditionStatus.CONDITION_STATUS_UNKNOWN;
    };
  }
}
