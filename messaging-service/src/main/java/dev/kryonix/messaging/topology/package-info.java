/** What a tenant has in the broker: names, vhost, user, exchanges, and queues when first used. */
@NullMarked
package dev.kryonix.messaging.topology;

import org.jspecify.annotations.NullMarked;
