/** The cache service as a process: streams, leases, and faults of its Redis. */
@NullMarked
package dev.kryonix.cache.process;

import org.jspecify.annotations.NullMarked;
