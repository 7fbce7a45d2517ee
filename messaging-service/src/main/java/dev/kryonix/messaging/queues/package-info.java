/** What there is in the broker: tenants' queues for them, the cluster for who runs it. */
@NullMarked
package dev.kryonix.messaging.queues;

import org.jspecify.annotations.NullMarked;
