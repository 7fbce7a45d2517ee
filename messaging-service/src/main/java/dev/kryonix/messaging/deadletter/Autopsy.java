package dev.kryonix.messaging.deadletter;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.retry.Death;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds out of a message in a queue of dead letters what it was, and what it died of. */
@Singleton
final class Autopsy {
  private static final Pattern MESSAGE_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int HASH_DIGITS = 32;
  private static final int RADIX = 36;

  private final Operations operations;
  private final InstantSource clock;

  Autopsy(Operations operations, InstantSource clock) {
    this.operations = operations;
    this.clock = clock;
  }

  /** The dead letter of a module. */
  DeadMessage of(String module, Delivery delivery) {
    BasicProperties properties = delivery.getProperties();
    Death death = Death.of(properties);
    String source =
        death.queue().isEmpty() ? delivery.getEnvelope().getRoutingKey() : death.queue();
    String operation = operation(module, source);
    return new DeadMessage(
        id(properties, delivery.getBody(), death),
        module,
        operation,
        source,
        death.reason(),
        death.attempts(),
        isKnown(death.time()) ? death.time() : clock.instant(),
        death.fingerprint(module, operation),
        properties,
        delivery.getBody());
  }

  private static boolean isKnown(Instant time) {
    return time.isAfter(Instant.EPOCH);
  }

  /** The operation's queue that a queue of the broker belongs to, if the catalogue has it. */
  Optional<LiveQueue> queue(String source) {
    if (Names.isOrdered(source)) {
      return operations.find(source.substring(0, source.lastIndexOf('.')));
    }
    for (Lane lane : Lane.values()) {
      if (!lane.suffix().isEmpty() && source.endsWith(lane.suffix())) {
        Optional<LiveQueue> found =
            operations.find(source.substring(0, source.length() - lane.suffix().length()));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return operations.find(source);
  }

  private String operation(String module, String source) {
    return queue(source)
        .map(LiveQueue::operation)
        .orElseGet(
            () -> source.startsWith(module + ".") ? source.substring(module.length() + 1) : source);
  }

  private static String id(BasicProperties properties, byte[] body, Death death) {
    String message = properties.getMessageId();
    String name =
        message != null && MESSAGE_ID.matcher(message).matches() ? message : hash(message, body);
    return isKnown(death.time())
        ? name + "-" + Long.toString(death.time().toEpochMilli(), RADIX)
        : name;
  }

  private static String hash(String message, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(String.valueOf(message).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(body)).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not to be had", e);
    }
  }
}
