/** The connection to Redis, and scripts that run there. */
@NullMarked
package dev.kryonix.cache.redis;

import org.jspecify.annotations.NullMarked;
