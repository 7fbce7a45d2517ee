/** From a request to the broker's confirm. */
@NullMarked
package dev.kryonix.messaging.publish;

import org.jspecify.annotations.NullMarked;
