package dev.kryonix.messaging.subscribe;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.Value;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Message;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.messaging.payload.JsonText;
import dev.kryonix.messaging.payload.StoredMessage;
import java.time.Instant;
import java.util.Optional;

/** Messages and outcomes as the contract has them. */
public final class DeliveryProtos {
  private static final String JSON = "application/json";

  private DeliveryProtos() {}

  /** The delivery, but for its token. */
  static Delivery.Builder delivery(
      Arrival arrival, StoredMessage message, SubscriptionStart start) {
    Instant expires = Instant.now().plus(start.lease());
    return Delivery.newBuilder()
        .setMessage(message(message, start.jsonPayloads()))
        .setAttempt(arrival.attempts().next())
        .setRedelivered(arrival.redelivered())
        .setLeaseExpireTime(Timestamps.fromMillis(expires.toEpochMilli()));
  }

  /** A message as the contract has it. */
  public static Message message(StoredMessage stored, boolean jsonPayloads) {
    Message.Builder message =
        Message.newBuilder()
            .setMessageId(stored.id())
            .setModule(stored.module())
            .setOperation(stored.operation())
            .setContentType(stored.contentType())
            .setPriority(stored.priority())
            .putAllAttributes(stored.attributes())
            .setOrderingKey(stored.orderingKey())
            .setPublishTime(Timestamps.fromMillis(stored.time().toEpochMilli()))
            .setEndToEnd(stored.endToEnd())
            .setSizeBytes(stored.payload().length);
    if (jsonPayloads && stored.contentType().equals(JSON) && stored.endToEnd().isEmpty()) {
      Optional<Value> value = JsonText.parse(stored.payload());
      if (value.isPresent()) {
        return message.setJson(value.get()).build();
      }
    }
    return message.setData(bytes(stored)).build();
  }

  /** Nobody else has the array. */
  private static ByteString bytes(StoredMessage stored) {
    return UnsafeByteOperations.unsafeWrap(stored.payload());
  }

  static SettlementResult result(String token, Settled settled) {
    SettlementResult.Builder result = SettlementResult.newBuilder().setAckToken(token);
    return switch (settled) {
      case OK -> result.setOutcome(SettlementOutcome.SETTLEMENT_OUTCOME_OK).build();
      case INVALID ->
          result
              .setOutcome(SettlementOutcome.SETTLEMENT_OUTCOME_INVALID)
              .setDetail("not a token of this tenant's deliveries")
              .build();
      case STALE ->
          result
              .setOutcome(SettlementOutcome.SETTLEMENT_OUTCOME_STALE)
              .setDetail("the lease or the stream of the delivery has ended; it is delivered anew")
              .build();
      case FAILED ->
          result
              .setOutcome(SettlementOutcome.SETTLEMENT_OUTCOME_TEMPORARILY_FAILED)
              .setDetail("could not be done now; the message is still yours, try again")
              .build();
    };
  }
}
