/** Publish and subscribe on RabbitMQ, per tenant. */
@NullMarked
package dev.kryonix.messaging;

import org.jspecify.annotations.NullMarked;
