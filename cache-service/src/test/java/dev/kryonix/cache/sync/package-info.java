/** Tests of sync and offline queues on both kinds of Redis. */
@NullMarked
package dev.kryonix.cache.sync;

import org.jspecify.annotations.NullMarked;
