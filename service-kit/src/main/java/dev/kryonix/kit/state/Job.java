package dev.kryonix.kit.state;

import java.util.ArrayList;
import java.util.List;

/** A work with the places that wait for its outcome. */
final class Job {
  private final Work work;
  private final List<Ticket> tickets = new ArrayList<>();

  Job(Work work, List<Ticket> tickets) {
    this.work = work;
    this.tickets.addAll(tickets);
  }

  /**
   * Where an answer goes. A nonce belongs to its stream: once that has gone, so has the answer.
   *
   * @param link the stream that brought the work
   * @param nonce the nonce that it came with
   */
  record Ticket(Link link, String nonce) {}

  Work work() {
    return work;
  }

  List<Ticket> tickets() {
    return tickets;
  }
}
