/**
 * What the service promises while nodes, processes and the network between them fail for real, on a
 * private cluster of the broker. What takes long is tagged so, and run by {@code ./kryonix test
 * faults} only.
 */
@NullMarked
package dev.kryonix.messaging.faults;

import org.jspecify.annotations.NullMarked;
