package dev.kryonix.gateway.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.kit.crypto.MasterKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TicketSealTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final TicketGrant GRANT =
      new TicketGrant("/v1/chat", Optional.of("header.claims.signature"), Optional.of("acme"));

  private final MasterKey master = MasterKey.of(new byte[32]);
  private Instant now = NOW;
  private final TicketSeal seal = new TicketSeal(master, () -> now);

  @Test
  void whatWasSealedIsOpenedByEveryGateway() {
    TicketSeal.Ticket ticket = seal.seal(GRANT, Optional.of(NOW.plusSeconds(600)));

    assertThat(new TicketSeal(master, () -> now).open(ticket.text()).grant()).isEqualTo(GRANT);
    assertThat(ticket.expiry()).isEqualTo(NOW.plus(TicketSeal.LIFE));
  }

  @Test
  void aTicketEndsAfterItsTimeOrWithTheToken() {
    TicketSeal.Ticket whole = seal.seal(GRANT, Optional.of(NOW.plusSeconds(600)));
    TicketSeal.Ticket brief = seal.seal(GRANT, Optional.of(NOW.plusSeconds(5)));
    assertThat(brief.expiry()).isEqualTo(NOW.plusSeconds(5));

    now = NOW.plus(TicketSeal.LIFE).minus(Duration.ofSeconds(1));
    assertThat(seal.open(whole.text()).grant()).isEqualTo(GRANT);
    assertThatThrownBy(() -> seal.open(brief.text())).hasMessageContaining("has expired");
    now = NOW.plus(TicketSeal.LIFE);
    assertThatThrownBy(() -> seal.open(whole.text())).hasMessageContaining("has expired");
  }

  @Test
  void aTicketShowsNothingOfWhatItStandsForAndNoTwoAreAlike() {
    Set<String> seen = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      TicketSeal.Ticket ticket = seal.seal(GRANT, Optional.empty());
      for (String part : ticket.text().split("\\.", -1)) {
        String plain = new String(Base64.getUrlDecoder().decode(part), StandardCharsets.ISO_8859_1);
        assertThat(plain).doesNotContain("claims", "acme", "chat");
      }
      assertThat(ticket.toString()).doesNotContain(ticket.text());
      assertThat(ticket.text()).as("may stand in a header's token").matches("[A-Za-z0-9._-]+");
      seen.add(ticket.text());
      ids.add(seal.open(ticket.text()).id());
    }
    assertThat(seen).hasSize(100);
    assertThat(ids).hasSize(100);
  }

  @Test
  void aTicketUnderAnotherKeyOrAlteredAnywhereIsNone() {
    byte[] other = new byte[32];
    Arrays.fill(other, (byte) 1);
    String ticket = seal.seal(GRANT, Optional.empty()).text();

    assertThatThrownBy(() -> new TicketSeal(MasterKey.of(other), () -> now).open(ticket))
        .hasMessageContaining("none of ours");
    for (int i = 0; i < ticket.length(); i++) {
      // The last character of a part may hold bits that mean nothing, so two before it are changed.
      String altered = ticket.substring(0, i) + flipped(ticket.charAt(i)) + ticket.substring(i + 1);
      if (!decodesAlike(ticket, altered)) {
        assertThatThrownBy(() -> seal.open(altered)).as(altered).hasMessageContaining("of ours");
      }
    }
  }

  private static char flipped(char c) {
    return c == 'A' ? 'B' : 'A';
  }

  /** Whether the parts are the same bytes, as when bits that pad base64 differ. */
  private static boolean decodesAlike(String one, String other) {
    String[] ones = one.split("\\.", -1);
    String[] others = other.split("\\.", -1);
    if (ones.length != others.length || !ones[0].equals(others[0])) {
      return false;
    }
    try {
      for (int i = 0; i < ones.length; i++) {
        if (!Arrays.equals(
            Base64.getUrlDecoder().decode(ones[i]), Base64.getUrlDecoder().decode(others[i]))) {
          return false;
        }
      }
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void whatIsNoTicketIsRefusedInTheSameWords() {
    for (String text :
        new String[] {
          "",
          ".",
          "....",
          "a.b.c.d.e",
          "eyJhbGciOiJub25lIn0.e30.",
          "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA",
          "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2Iiwia2lkIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSJ9..AAAA.AAAA.AAAA"
        }) {
      assertThatThrownBy(() -> seal.open(text)).as(text).hasMessageContaining("none of ours");
    }
  }
}
