/** Collections that devices change offline and bring together later, and their offline queues. */
@NullMarked
package dev.kryonix.cache.sync;

import org.jspecify.annotations.NullMarked;
