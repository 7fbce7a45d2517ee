/** Counters, sets, lists, hashes and sorted sets, as entries that are changed as a whole. */
@NullMarked
package dev.kryonix.cache.structure;

import org.jspecify.annotations.NullMarked;
