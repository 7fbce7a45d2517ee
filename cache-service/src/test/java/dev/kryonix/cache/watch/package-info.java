/** Tests of watching on both kinds of Redis. */
@NullMarked
package dev.kryonix.cache.watch;

import org.jspecify.annotations.NullMarked;
