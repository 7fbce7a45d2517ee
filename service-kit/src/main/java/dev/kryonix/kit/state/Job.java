package dev.kryonix.kit.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A work with the places that wait for its outcome. */
final class Job {
  private final Work work;
  private final List<Ticket> tickets = new ArrayList<>();
  private Map<String, Long> census = Map.of();

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

  /** What a census found after a removal, by kind; empty for other works. */
  Map<String, Long> census() {
    return census;
  }

  void counted(Map<String, Long> found) {
    census = Map.copyOf(found);
  }

  Work work() {
    return work;
  }

  List<Ticket> tickets() {
    return tickets;
  }
}
