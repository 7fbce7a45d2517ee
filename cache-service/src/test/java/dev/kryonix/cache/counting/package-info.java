/** Counting what tenants do with their caches. */
@NullMarked
package dev.kryonix.cache.counting;

import org.jspecify.annotations.NullMarked;
