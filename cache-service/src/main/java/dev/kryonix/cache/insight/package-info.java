/** What is known of how the cache is used, and what follows from it. */
@NullMarked
package dev.kryonix.cache.insight;

import org.jspecify.annotations.NullMarked;
