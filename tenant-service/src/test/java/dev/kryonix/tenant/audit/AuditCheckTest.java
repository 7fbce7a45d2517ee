package dev.kryonix.tenant.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AuditCheckTest {
  private static final String UID = "00000000-0000-0000-0000-000000000001";

  @Test
  void anUntouchedChainHolds() {
    AuditCheck check = check(chain(5));

    assertThat(check.isIntact()).isTrue();
    assertThat(check.events()).isEqualTo(5);
    assertThat(check.head()).isEqualTo(chain(5).getLast().hash());
  }

  @Test
  void anAlteredEventIsFoundAtItsPlace() {
    List<AuditLink> links = chain(5);
    AuditLink third = links.get(2);
    links.set(2, new AuditLink(3, event("SomethingElse"), third.previousHash(), third.hash()));

    AuditCheck check = check(links);

    assertThat(check.firstBroken()).isEqualTo(3);
    assertThat(check.finding()).isEqualTo("the event does not have its hash");
  }

  @Test
  void anAlteredEventWithANewHashBreaksTheOneAfterIt() {
    List<AuditLink> links = chain(5);
    byte[] before = links.get(2).previousHash();
    AuditEvent forged = event("SomethingElse");
    links.set(2, new AuditLink(3, forged, before, forged.hash(before, 3, UID)));

    assertThat(check(links).firstBroken()).isEqualTo(4);
  }

  @Test
  void aMissingEventIsFound() {
    List<AuditLink> links = chain(5);
    links.remove(2);

    AuditCheck check = check(links);

    assertThat(check.firstBroken()).isEqualTo(3);
    assertThat(check.finding()).isEqualTo("the event is missing");
  }

  @Test
  void aChainOfAnotherTenantDoesNotPass() {
    AuditCheck check = new AuditCheck("00000000-0000-0000-0000-000000000002");
    chain(1).forEach(check::next);

    assertThat(check.firstBroken()).isEqualTo(1);
  }

  @Test
  void whereACallCameFromIsPartOfTheChain() {
    List<AuditLink> links = chain(2);
    AuditEvent event = links.getFirst().event();
    Actor elsewhere =
        new Actor(event.actor().subject(), event.actor().kind(), false, "192.0.2.2", "r1");
    links.set(
        0,
        new AuditLink(
            1,
            new AuditEvent(
                event.time(), elsewhere, event.action(), event.resource(), event.details()),
            links.getFirst().previousHash(),
            links.getFirst().hash()));

    assertThat(check(links).firstBroken()).isEqualTo(1);
  }

  private static AuditCheck check(List<AuditLink> links) {
    AuditCheck check = new AuditCheck(UID);
    links.forEach(check::next);
    return check;
  }

  private static List<AuditLink> chain(int length) {
    List<AuditLink> links = new ArrayList<>();
    byte[] previous = new byte[AuditEvent.HASH_BYTES];
    for (int sequence = 1; sequence <= length; sequence++) {
      AuditEvent event = event("Action" + sequence);
      byte[] hash = event.hash(previous, sequence, UID);
      links.add(new AuditLink(sequence, event, previous, hash));
      previous = hash;
    }
    return links;
  }

  private static AuditEvent event(String action) {
    return AuditEvent.of(
        Instant.parse("2026-01-01T00:00:00.123456Z"),
        new Actor("key_1", Principal.Kind.TENANT, false, "192.0.2.1", "r1"),
        action,
        "tenants/acme",
        Map.of("plan", "pro"));
  }
}
