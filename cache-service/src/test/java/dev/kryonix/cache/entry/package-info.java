/** Tests of entries. */
@NullMarked
package dev.kryonix.cache.entry;

import org.jspecify.annotations.NullMarked;
