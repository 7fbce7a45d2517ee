/** Tests of the way from a publish to its acknowledgement. */
@NullMarked
package dev.kryonix.messaging.subscribe;

import org.jspecify.annotations.NullMarked;
