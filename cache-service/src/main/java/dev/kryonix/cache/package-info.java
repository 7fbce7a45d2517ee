/** The cache service. */
@NullMarked
package dev.kryonix.cache;

import org.jspecify.annotations.NullMarked;
