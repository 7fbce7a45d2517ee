package dev.kryonix.bench.messaging;

import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Micronaut's own client in a process of its own: it publishes, waits for the confirm, and
 * publishes the next, since its pool gives a channel to one publish at a time. Prints how many a
 * second, once.
 */
final class MicronautPeer {
  private MicronautPeer() {}

  /** Arguments: the routing key, seconds of warm-up, seconds that count. */
  public static void main(String[] arguments) {
    String routingKey = arguments[0];
    Duration warmUp = Duration.ofSeconds(Long.parseLong(arguments[1]));
    Duration load = Duration.ofSeconds(Long.parseLong(arguments[2]));
    try (ApplicationContext context =
        ApplicationContext.run(Map.of("rabbitmq.uri", System.getenv("URI")))) {
      MicronautPublisher publisher = context.getBean(MicronautPublisher.class);
      publish(publisher, routingKey, warmUp);
      long began = System.nanoTime();
      long messages = publish(publisher, routingKey, load);
      System.out.println(messages * 1e9 / (System.nanoTime() - began));
    }
  }

  private static long publish(MicronautPublisher publisher, String routingKey, Duration time) {
    byte[] payload = Payload.due(0).toByteArray();
    long messages = 0;
    for (long began = System.nanoTime(); System.nanoTime() - began < time.toNanos(); messages++) {
      Mono.from(publisher.publish(routingKey, payload)).block();
    }
    return messages;
  }
}
