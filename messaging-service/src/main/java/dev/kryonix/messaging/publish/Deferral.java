package dev.kryonix.messaging.publish;

import com.google.protobuf.ByteString;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.NewMessage;
import java.time.Instant;
import java.util.Optional;

/** Keeps messages until it is time to publish them. */
public interface Deferral {
  /**
   * Keeps a message, which has been charged, in the place of one of the same schedule id. Returns
   * the first answer, as a PublishResponse, when the same was asked for before.
   */
  Kept keep(TenantView tenant, Order order) throws InterruptedException;

  /**
   * A message for later.
   *
   * @param message the message as it would be published now
   * @param content what is kept of it, from which it is made again
   * @param deliverAt when to publish it
   * @param scheduleId by which it can be replaced and taken back
   * @param request the id by which a repetition is known, and its digest
   */
  record Order(
      NewMessage message,
      ByteString content,
      Instant deliverAt,
      Optional<String> scheduleId,
      Optional<Request> request) {

    /** A request_id with the digest of what came under it. */
    public record Request(String id, ByteString digest) {}
  }

  /** What became of an order. */
  sealed interface Kept {
    /** It is kept. */
    record Now(String messageId, String scheduleId) implements Kept {}

    /** It had been answered before, in these bytes. */
    record Before(ByteString answer) implements Kept {}
  }
}
