package dev.kryonix.messaging.publish;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.kit.server.EventLoopCalls;
import jakarta.inject.Singleton;
import java.util.Set;

/** What publishes never waits: {@link PublishEndpoint} gives what would wait to another thread. */
@Singleton
final class PromptCalls implements EventLoopCalls {
  @Override
  public Set<String> methods() {
    return Set.of(
        MessagingServiceGrpc.getPublishMethod().getFullMethodName(),
        MessagingServiceGrpc.getPublishStreamMethod().getFullMethodName());
  }
}
