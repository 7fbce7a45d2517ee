/** Tests of a tenant's place in the broker. */
@NullMarked
package dev.kryonix.messaging.topology;

import org.jspecify.annotations.NullMarked;
