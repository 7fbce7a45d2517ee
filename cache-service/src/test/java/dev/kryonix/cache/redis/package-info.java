/** Tests of how Redis is reached. */
@NullMarked
package dev.kryonix.cache.redis;

import org.jspecify.annotations.NullMarked;
