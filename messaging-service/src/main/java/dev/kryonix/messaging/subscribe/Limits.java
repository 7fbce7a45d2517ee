package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.messaging.v1.FlowLimits;

/**
 * How much a consumer may hold.
 *
 * @param messages messages
 * @param bytes bytes of payload; one message is handed over even when it alone is larger
 */
record Limits(int messages, long bytes) {
  private static final int MESSAGES = 100;
  private static final long BYTES = 16L * 1024 * 1024;

  static Limits of(FlowLimits limits) {
    return new Limits(
        limits.getMaxMessages() == 0 ? MESSAGES : limits.getMaxMessages(),
        limits.getMaxBytes() == 0 ? BYTES : limits.getMaxBytes());
  }

  FlowLimits toProto() {
    return FlowLimits.newBuilder().setMaxMessages(messages).setMaxBytes(bytes).build();
  }
}
