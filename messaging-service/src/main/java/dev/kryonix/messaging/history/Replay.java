package dev.kryonix.messaging.history;

import dev.kryonix.api.messaging.v1.ReplayDestination;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.subscribe.DeliveryProtos;
import dev.kryonix.messaging.topology.LiveQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One replay: reads the history from its start to where it ended when the call came, and hands what
 * matches to the client or to the queues.
 */
final class Replay {
  private static final long LOOK_MILLIS = 1000;

  /** A message may be appended that much later than it was accepted. */
  private static final Duration LATEST = Duration.ofMinutes(1);

  private final Histories histories;
  private final Principal caller;
  private final ReplayRequest request;
  private final Wanted wanted;
  private final ReplayTimes times;
  private final Pace pace;
  private final Instant disordered;
  private TenantView tenant;
  private long matched;
  private boolean first = true;

  Replay(Histories histories, Principal caller, ReplayRequest request) {
    this.histories = histories;
    this.caller = caller;
    this.request = request;
    this.tenant = histories.require(caller);
    this.wanted = histories.wanted(tenant, request.getSourcesList(), request.getAttributesMap());
    this.times = ReplayTimes.of(request);
    this.pace = Pace.of(request, tenant);
    this.disordered = histories.disordered(tenant);
  }

  void write(StreamWriter<ReplayResponse> writer, Republishing republishing)
      throws InterruptedException {
    Histories.Present present = histories.present(tenant);
    present.reader().close();
    if (times.offset() > present.offset()) {
      throw HistoryErrors.positionLost(times.offset(), present.offset());
    }
    try (HistoryReader reader = histories.open(tenant, times.start(histories.now()))) {
      if (request.getDestination() == ReplayDestination.REPLAY_DESTINATION_QUEUES) {
        ReplayToQueues queues = new ReplayToQueues(republishing, writer);
        read(writer, reader, present.offset(), queues);
      } else {
        read(writer, reader, present.offset(), this::toClient);
      }
    }
  }

  /** Takes what a replay comes to. */
  @FunctionalInterface
  interface Target {
    void take(StreamWriter<ReplayResponse> writer, TenantView tenant, LiveQueue queue, Found found)
        throws InterruptedException;

    /** So many have been looked at. */
    default void scanned(StreamWriter<ReplayResponse> writer, long offset)
        throws InterruptedException {}

    /** That was all. */
    default void end(StreamWriter<ReplayResponse> writer, long offset)
        throws InterruptedException {}
  }

  /** A message that matches. */
  record Found(Entry entry, StoredMessage message) {}

  private void read(
      StreamWriter<ReplayResponse> writer, HistoryReader reader, long end, Target target)
      throws InterruptedException {
    long reached = Math.max(0, times.offset());
    while (!writer.isEnded()) {
      TenantView now = histories.require(caller);
      if (now != tenant) {
        histories.requireModules(now, wanted);
        tenant = now;
      }
      Entry entry = reader.next(LOOK_MILLIS);
      if (entry == null) {
        if (!reader.isOpen()) {
          throw BrokerErrors.unavailable(new IllegalStateException("the reader was closed"));
        }
        continue;
      }
      checkStart(entry);
      if (entry.offset() >= end || isOver(entry.time().minus(LATEST))) {
        break;
      }
      reached = entry.offset();
      target.scanned(writer, reached);
      Optional<LiveQueue> queue =
          times.has(entry.time()) ? wanted.queueOf(entry, histories.now()) : Optional.empty();
      Optional<Found> found =
          queue
              .flatMap(known -> wanted.open(tenant, known, entry))
              .map(message -> new Found(entry, message));
      if (found.isPresent()) {
        pace.take();
        target.take(writer, tenant, queue.get(), found.get());
        if (++matched == request.getMaxMessages()) {
          break;
        }
      }
    }
    target.end(writer, reached);
  }

  /** Whether all that follows is too late, restored messages included. */
  private boolean isOver(Instant time) {
    return times.isOver(time) && time.isAfter(disordered);
  }

  /** The broker begins at the nearest offset when it does not have the one that was asked for. */
  private void checkStart(Entry entry) {
    if (first && times.offset() > 0 && entry.offset() > times.offset()) {
      throw HistoryErrors.positionLost(times.offset(), entry.offset());
    }
    first = false;
  }

  private void toClient(
      StreamWriter<ReplayResponse> writer, TenantView of, LiveQueue queue, Found found) {
    writer.write(
        ReplayResponse.newBuilder()
            .setOffset(found.entry().offset())
            .setMessage(DeliveryProtos.message(found.message(), request.getJsonPayloads()))
            .build());
  }

  /** Which messages a replay begins and ends with. */
  record ReplayTimes(Optional<Instant> from, long offset, Instant until) {
    static ReplayTimes of(ReplayRequest request) {
      Optional<Instant> from =
          request.hasFromTime()
              ? Optional.of(HistoryEndpoint.instant("from_time", request.getFromTime()))
              : Optional.empty();
      Instant until =
          request.hasUntilTime()
              ? HistoryEndpoint.instant("until_time", request.getUntilTime())
              : Instant.MAX;
      return new ReplayTimes(from, from.isPresent() ? -1 : request.getFromOffset(), until);
    }

    /** Where to begin to read: at a time to come nothing would be read, not even the end. */
    Position start(Instant now) {
      return from.<Position>map(time -> new Position.Time(time.isBefore(now) ? time : now))
          .orElseGet(() -> new Position.Offset(offset));
    }

    boolean has(Instant time) {
      return from.filter(time::isBefore).isEmpty() && time.isBefore(until);
    }

    boolean isOver(Instant time) {
      return !time.isBefore(until);
    }
  }
}
