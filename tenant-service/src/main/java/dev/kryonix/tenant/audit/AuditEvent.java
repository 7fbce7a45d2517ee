package dev.kryonix.tenant.audit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing that was done to a tenant, without its place in the chain.
 *
 * @param time when, to the microsecond, as PostgreSQL keeps it
 * @param actor who
 * @param action the service and RPC, such as {@code TenantService.SuspendTenant}
 * @param resource to what
 * @param details what changed, by field
 */
public record AuditEvent(
    Instant time, Actor actor, String action, String resource, SortedMap<String, String> details) {
  static final int HASH_BYTES = 32;

  public AuditEvent {
    time = time.truncatedTo(ChronoUnit.MICROS);
    details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
  }

  /** An event of a call. */
  public static AuditEvent of(
      Instant time, Actor actor, String action, String resource, Map<String, String> details) {
    return new AuditEvent(time, actor, action, resource, new TreeMap<>(details));
  }

  /**
   * The event's hash at its place: SHA-256 over the hash before, the place, and every part with its
   * length before it.
   */
  byte[] hash(byte[] previous, long sequence, String tenantUid) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(previous);
    put(out, tenantUid);
    put(out, Long.toString(sequence));
    put(out, time.toString());
    put(out, actor.subject());
    put(out, actor.kind().name());
    put(out, Boolean.toString(actor.actingAs()));
    put(out, actor.requestId());
    put(out, action);
    put(out, resource);
    details.forEach(
        (key, value) -> {
          put(out, key);
          put(out, value);
        });
    // An odd part at the end can only be this one, so events from before it was noted stay valid.
    if (!actor.source().isEmpty()) {
      put(out, actor.source());
    }
    try {
      return MessageDigest.getInstance("SHA-256").digest(out.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void put(ByteArrayOutputStream out, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    out.writeBytes(bytes);
  }
}
