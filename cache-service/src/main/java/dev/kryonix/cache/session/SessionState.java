package dev.kryonix.cache.session;

import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.cache.entry.Held;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/**
 * A session as it is kept: how long it lives from each use, then the session.
 *
 * @param session the session; when it ends is not kept with it, since Redis knows
 * @param ttl how long it lives from its last use
 */
record SessionState(Session session, Duration ttl) {
  static SessionState parse(Held held) {
    return parse(held.content().value());
  }

  static SessionState parse(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    Duration ttl = Duration.ofMillis(in.getLong());
    try {
      return new SessionState(Session.parseFrom(in), ttl);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry that opened holds no session", e);
    }
  }

  byte[] bytes() {
    byte[] kept = session.toByteArray();
    return ByteBuffer.allocate(Long.BYTES + kept.length).putLong(ttl.toMillis()).put(kept).array();
  }

  /** The session used at that time. */
  SessionState usedAt(Instant time) {
    return new SessionState(
        session.toBuilder()
            .setLastUseTime(SessionProtos.timestamp(time))
            .setExpireTime(SessionProtos.timestamp(time.plus(ttl)))
            .build(),
        ttl);
  }

  Instant lastUse() {
    return Instant.ofEpochSecond(
        session.getLastUseTime().getSeconds(), session.getLastUseTime().getNanos());
  }
}
