/** Tests of the whole service as a process of its own, on a real RabbitMQ. */
@NullMarked
package dev.kryonix.messaging.process;

import org.jspecify.annotations.NullMarked;
