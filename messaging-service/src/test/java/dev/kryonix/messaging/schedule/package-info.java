/** Tests of how the broker's nodes are found and asked. */
@NullMarked
package dev.kryonix.messaging.schedule;

import org.jspecify.annotations.NullMarked;
