/** Tests of the tenants' connections on a real broker. */
@NullMarked
package dev.kryonix.messaging.connection;

import org.jspecify.annotations.NullMarked;
