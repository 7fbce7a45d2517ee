package dev.kryonix.messaging.dedup;

import com.google.protobuf.ByteString;

/**
 * Somebody wants to publish under a request_id.
 *
 * @param requestId the id
 * @param content a digest of all that is asked for
 * @param messageId the id that the message gets if nobody was first
 */
public record Take(String requestId, ByteString content, String messageId) {}
