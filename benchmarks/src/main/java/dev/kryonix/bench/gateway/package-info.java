/** The gateway beside nginx and Armeria, in front of the same echo service. */
@NullMarked
package dev.kryonix.bench.gateway;

import org.jspecify.annotations.NullMarked;
