/**
 * What the service promises while nodes, processes and the network between them fail for real. Long
 * runs on a private cluster, by {@code ./kryonix test faults}: the classes are named so that no
 * other run takes them.
 */
@NullMarked
package dev.kryonix.messaging.faults;

import org.jspecify.annotations.NullMarked;
