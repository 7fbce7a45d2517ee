/** The tenants' connections to the broker: opened on use, closed when idle. */
@NullMarked
package dev.kryonix.messaging.connection;

import org.jspecify.annotations.NullMarked;
