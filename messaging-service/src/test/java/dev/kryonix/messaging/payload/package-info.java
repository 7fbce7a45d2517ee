/** Tests of payloads. */
@NullMarked
package dev.kryonix.messaging.payload;

import org.jspecify.annotations.NullMarked;
