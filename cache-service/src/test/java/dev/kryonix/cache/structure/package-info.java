/** Tests of typed structures on both kinds of Redis. */
@NullMarked
package dev.kryonix.cache.structure;

import org.jspecify.annotations.NullMarked;
