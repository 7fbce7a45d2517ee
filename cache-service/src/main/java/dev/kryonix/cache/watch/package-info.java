/**
 * Watching what happens to a tenant's entries, from a bounded buffer, so that copies can be kept.
 */
@NullMarked
package dev.kryonix.cache.watch;

import org.jspecify.annotations.NullMarked;
