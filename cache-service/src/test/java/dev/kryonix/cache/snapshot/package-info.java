/** Tests of snapshots. */
@NullMarked
package dev.kryonix.cache.snapshot;

import org.jspecify.annotations.NullMarked;
