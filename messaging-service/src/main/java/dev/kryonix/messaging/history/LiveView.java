package dev.kryonix.messaging.history;

import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.Gap;
import dev.kryonix.api.messaging.v1.GapReason;
import dev.kryonix.api.messaging.v1.ReceiveResponse;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.subscribe.DeliveryProtos;
import dev.kryonix.messaging.topology.LiveQueue;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One view of what is published just now, read from the history. A reader that reads slowly falls
 * behind, and when it is too far behind skips to the present, which it is told as a gap, like what
 * the history does not hold any more. While the broker is away it pauses.
 */
final class LiveView {
  private static final long LOOK_MILLIS = 1000;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A message younger than that is of the present. */
  private static final Duration PRESENT = Duration.ofSeconds(5);

  /** Not known yet. */
  private static final long NOWHERE = -1;

  private final Histories histories;
  private final Principal caller;
  private final Wanted wanted;
  private final boolean jsonPayloads;

  /** The last offset that was looked at. */
  private long last = NOWHERE;

  /** Whether the reader has once been up to date: one that resumes may take its time until then. */
  private boolean live;

  /** The last offset that a reader was shown who is skipping to the present. */
  private OptionalLong skippedAfter = OptionalLong.empty();

  private long lastWrite;
  private TenantView tenant;
  private @Nullable HistoryReader reader;

  LiveView(Histories histories, Principal caller, Wanted wanted, boolean jsonPayloads) {
    this.histories = histories;
    this.caller = caller;
    this.wanted = wanted;
    this.jsonPayloads = jsonPayloads;
    this.tenant = histories.require(caller);
  }

  /** Goes on after that offset. */
  void resumeAfter(long offset) {
    last = offset;
  }

  /** Writes until the client has gone, or may not see it any more. */
  void write(StreamWriter<ReceiveResponse> writer) throws InterruptedException {
    try {
      open(writer);
      keepAlive(writer);
      while (!writer.isEnded()) {
        checkTenant();
        HistoryReader open = reader;
        Entry entry = open == null ? null : open.next(LOOK_MILLIS);
        if (entry != null) {
          look(writer, entry);
        } else if (open == null || !open.isOpen()) {
          reopen(writer);
        }
        if (System.nanoTime() - lastWrite > histories.config().keepAlive().toNanos()) {
          keepAlive(writer);
        }
      }
    } finally {
      close();
    }
  }

  private void checkTenant() {
    TenantView now = histories.require(caller);
    if (now != tenant) {
      histories.requireModules(now, wanted);
      tenant = now;
    }
  }

  /**
   * From the last offset on, or from the present. A last offset that lies ahead of the present is
   * of a history that has been lost since.
   */
  private void open(StreamWriter<ReceiveResponse> writer) throws InterruptedException {
    Histories.Present present = histories.present(tenant);
    if (last != NOWHERE && last <= present.offset()) {
      present.reader().close();
      reader = histories.open(tenant, new Position.Offset(last + 1));
      return;
    }
    reader = present.reader();
    live = true;
    if (skippedAfter.isPresent()) {
      long messages = present.offset() - skippedAfter.getAsLong();
      skippedAfter = OptionalLong.empty();
      gap(writer, messages, GapReason.GAP_REASON_SLOW_READER, present.offset());
    } else if (last == NOWHERE) {
      last = present.offset();
    } else {
      gap(writer, present.offset() + 1, GapReason.GAP_REASON_RETENTION, present.offset());
    }
  }

  private void reopen(StreamWriter<ReceiveResponse> writer) throws InterruptedException {
    close();
    Thread.sleep(PAUSE);
    openUnlessAway(writer);
  }

  /** Without a reader the next try comes after a pause. */
  private void openUnlessAway(StreamWriter<ReceiveResponse> writer) throws InterruptedException {
    try {
      open(writer);
    } catch (ServiceException e) {
      if (e.code() != Code.UNAVAILABLE && e.code() != Code.RESOURCE_EXHAUSTED) {
        throw e;
      }
    }
  }

  private void look(StreamWriter<ReceiveResponse> writer, Entry entry) throws InterruptedException {
    if (entry.offset() > last + 1) {
      gap(writer, entry.offset() - last - 1, GapReason.GAP_REASON_RETENTION, entry.offset() - 1);
    }
    last = entry.offset();
    if (Envelope.isRestored(entry.properties())) {
      // It is nothing of just now, however late it came here.
      return;
    }
    Optional<LiveQueue> queue = wanted.queueOf(entry, histories.now());
    if (!entry.queue().isEmpty()) {
      Duration age = Duration.between(entry.time(), histories.now());
      live |= age.compareTo(PRESENT) < 0;
      if (live && age.compareTo(histories.config().mostLag()) > 0) {
        skip(writer);
        return;
      }
    }
    Optional<StoredMessage> message = queue.flatMap(found -> wanted.open(tenant, found, entry));
    if (message.isPresent()) {
      send(
          writer,
          ReceiveResponse.newBuilder()
              .setMessage(DeliveryProtos.message(message.get(), jsonPayloads)));
    }
  }

  /** Leaves out what lies between here and the present. */
  private void skip(StreamWriter<ReceiveResponse> writer) throws InterruptedException {
    skippedAfter = OptionalLong.of(last - 1);
    last = NOWHERE;
    close();
    openUnlessAway(writer);
  }

  private void gap(
      StreamWriter<ReceiveResponse> writer, long messages, GapReason reason, long reached) {
    last = reached;
    send(
        writer,
        ReceiveResponse.newBuilder()
            .setGap(Gap.newBuilder().setMessages(messages).setReason(reason)));
  }

  private void keepAlive(StreamWriter<ReceiveResponse> writer) {
    send(
        writer,
        ReceiveResponse.newBuilder()
            .setKeepAlive(Timestamps.fromMillis(histories.now().toEpochMilli())));
  }

  private void send(StreamWriter<ReceiveResponse> writer, ReceiveResponse.Builder response) {
    if (last != NOWHERE) {
      response.setCursor(Cursors.of(last));
    }
    writer.write(response.build());
    lastWrite = System.nanoTime();
  }

  private void close() {
    HistoryReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }
}
