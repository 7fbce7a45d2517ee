/** Messages through messaging-service beside RabbitMQ's own load generator on the same broker. */
@NullMarked
package dev.kryonix.bench.messaging;

import org.jspecify.annotations.NullMarked;
