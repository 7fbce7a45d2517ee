/** Looking at queues and emptying them. */
@NullMarked
package dev.kryonix.messaging.queue;

import org.jspecify.annotations.NullMarked;
