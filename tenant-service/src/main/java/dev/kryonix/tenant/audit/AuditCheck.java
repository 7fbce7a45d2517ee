package dev.kryonix.tenant.audit;

import java.util.Arrays;

/**
 * Computes a tenant's chain anew, link by link in order, and finds the first that does not hold.
 */
final class AuditCheck {
  private final String tenantUid;
  private byte[] head = new byte[AuditEvent.HASH_BYTES];
  private long sequence;
  private long broken;
  private String finding = "";

  AuditCheck(String tenantUid) {
    this.tenantUid = tenantUid;
  }

  /** Checks the next link; after the first that does not hold, the rest is only counted. */
  void next(AuditLink link) {
    sequence++;
    if (broken == 0) {
      if (link.sequence() != sequence) {
        fail(sequence, "the event is missing");
      } else if (!Arrays.equals(link.previousHash(), head)) {
        fail(sequence, "the hash of the event before is another");
      } else if (!Arrays.equals(link.hash(), link.event().hash(head, link.sequence(), tenantUid))) {
        fail(sequence, "the event does not have its hash");
      }
    }
    head = link.hash();
  }

  boolean isIntact() {
    return broken == 0;
  }

  long events() {
    return sequence;
  }

  long firstBroken() {
    return broken;
  }

  String finding() {
    return finding;
  }

  byte[] head() {
    return head.clone();
  }

  private void fail(long at, String why) {
    broken = at;
    finding = why;
  }
}
