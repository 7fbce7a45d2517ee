/**
 * What becomes of messages that a consumer could not process: another attempt, or a dead letter.
 */
@NullMarked
package dev.kryonix.messaging.retry;

import org.jspecify.annotations.NullMarked;
