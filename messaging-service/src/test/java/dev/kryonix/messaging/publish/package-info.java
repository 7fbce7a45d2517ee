/** Tests of publishing. */
@NullMarked
package dev.kryonix.messaging.publish;

import org.jspecify.annotations.NullMarked;
