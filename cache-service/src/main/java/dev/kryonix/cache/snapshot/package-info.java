/** A tenant's entries for the backup service. */
@NullMarked
package dev.kryonix.cache.snapshot;

import org.jspecify.annotations.NullMarked;
