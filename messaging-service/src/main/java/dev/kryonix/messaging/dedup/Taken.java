package dev.kryonix.messaging.dedup;

import com.google.protobuf.ByteString;

/** What is known of a request_id once somebody has asked for it. */
public sealed interface Taken {
  /**
   * The asker is to publish, under this message id.
   *
   * @param again whether an earlier attempt may have published already
   */
  record Mine(String messageId, boolean again) implements Taken {}

  /** It has been published, and this is what was answered. */
  record Answered(ByteString answer) implements Taken {}

  /** Somebody else is at it. */
  record Running() implements Taken {}

  /** The id came with another content. */
  record Reused() implements Taken {}
}
