package dev.kryonix.messaging.retry;

import java.time.Instant;

/**
 * A message with an ordering key that waits for another attempt, and its key with it.
 *
 * @param queue the operation's queue, without a lane
 * @param messageId the message
 * @param orderingKey its key
 * @param attempts the attempts that have failed
 * @param retryTime when the next is due
 * @param waiting messages of the key behind it
 */
public record Parked(
    String queue,
    String messageId,
    String orderingKey,
    Attempts attempts,
    Instant retryTime,
    int waiting) {}
