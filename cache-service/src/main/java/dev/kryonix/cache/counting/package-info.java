/** Counting what tenants do with their caches, in memory. */
@NullMarked
package dev.kryonix.cache.counting;

import org.jspecify.annotations.NullMarked;
