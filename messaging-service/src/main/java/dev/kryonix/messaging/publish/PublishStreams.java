package dev.kryonix.messaging.publish;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.kit.server.EachAnswered;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Streams in which a message that is refused is answered like the others: {@link PublishStream}.
 */
@Singleton
final class PublishStreams implements EachAnswered {
  @Override
  public Set<String> methods() {
    return Set.of(MessagingServiceGrpc.getPublishStreamMethod().getFullMethodName());
  }
}
