/** The cache beside Redis itself: speed, memory, neighbours. */
@NullMarked
package dev.kryonix.bench.cache;

import org.jspecify.annotations.NullMarked;
