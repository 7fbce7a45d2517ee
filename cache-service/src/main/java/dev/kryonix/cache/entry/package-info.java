/** Entries: how they are addressed, sealed, charged, written and read. */
@NullMarked
package dev.kryonix.cache.entry;

import org.jspecify.annotations.NullMarked;
