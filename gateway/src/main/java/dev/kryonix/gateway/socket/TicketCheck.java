package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.limit.AddressLimits;
import dev.kryonix.gateway.limit.Peer;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/** Takes tickets in, each once. */
@Singleton
final class TicketCheck {
  private final TicketSeal seal;
  private final UsedTickets used;
  private final AddressLimits addresses;

  TicketCheck(TicketSeal seal, UsedTickets used, AddressLimits addresses) {
    this.seal = seal;
    this.used = used;
    this.addresses = addresses;
  }

  /** What has become of a ticket that is genuine. */
  sealed interface Redeemed {}

  /** It has been taken. */
  record Good(TicketGrant grant) implements Redeemed {}

  /** It had been taken before. */
  record Spent() implements Redeemed {}

  /**
   * Takes a ticket, then goes on, on this thread or another. Refuses one that is not good for the
   * path; an address that brings many of those is refused before they are looked at.
   */
  void redeem(String ticket, String path, Peer peer, Consumer<Redeemed> then) {
    addresses.attempt(peer);
    TicketSeal.Opened opened = seal.open(ticket);
    if (!opened.grant().path().equals(path)) {
      throw SocketErrors.ticket("it is for another path");
    }
    addresses.passed(peer);
    used.take(opened.id(), first -> then.accept(first ? new Good(opened.grant()) : new Spent()));
  }
}
