/** From the broker's queues to consumers, and their acknowledgements back. */
@NullMarked
package dev.kryonix.messaging.subscribe;

import org.jspecify.annotations.NullMarked;
