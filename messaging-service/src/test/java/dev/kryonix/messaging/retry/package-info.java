/** Tests of what becomes of messages that a consumer could not process. */
@NullMarked
package dev.kryonix.messaging.retry;

import org.jspecify.annotations.NullMarked;
