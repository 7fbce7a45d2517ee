/**
 * How a payload lies in the broker: compressed when smaller, and encrypted under the tenant's key.
 */
@NullMarked
package dev.kryonix.messaging.payload;

import org.jspecify.annotations.NullMarked;
