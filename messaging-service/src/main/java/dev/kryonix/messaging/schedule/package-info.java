/** Messages that are published at a later time. */
@NullMarked
package dev.kryonix.messaging.schedule;

import org.jspecify.annotations.NullMarked;
