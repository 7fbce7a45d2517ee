package dev.kryonix.cache.session;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/** Times of sessions as the contract has them. */
final class SessionProtos {
  private SessionProtos() {}

  static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
