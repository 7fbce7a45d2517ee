/** Near caches: what copies are used, and when they go. */
@NullMarked
package dev.kryonix.kit.nearcache;

import org.jspecify.annotations.NullMarked;
