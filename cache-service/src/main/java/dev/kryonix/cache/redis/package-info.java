/** Redis, alone or as a cluster: connections, batches of commands, scripts that run there. */
@NullMarked
package dev.kryonix.cache.redis;

import org.jspecify.annotations.NullMarked;
