package dev.kryonix.bench.messaging;

import io.micronaut.rabbitmq.annotation.Binding;
import io.micronaut.rabbitmq.annotation.Mandatory;
import io.micronaut.rabbitmq.annotation.RabbitClient;
import io.micronaut.rabbitmq.annotation.RabbitProperty;
import org.reactivestreams.Publisher;

/** Publishes to the exchange that the service uses; done when the broker has confirmed. */
@RabbitClient(PerfTest.EXCHANGE)
@RabbitProperty(name = "deliveryMode", value = "2", type = Integer.class)
@Mandatory
interface MicronautPublisher {
  Publisher<Void> publish(@Binding String routingKey, byte[] payload);
}
