/** The broker itself: its management API, what it can do, whether it is there. */
@NullMarked
package dev.kryonix.messaging.broker;

import org.jspecify.annotations.NullMarked;
