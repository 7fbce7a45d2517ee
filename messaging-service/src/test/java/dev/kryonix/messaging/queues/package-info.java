/** Tests of what is shown of the broker. */
@NullMarked
package dev.kryonix.messaging.queues;

import org.jspecify.annotations.NullMarked;
