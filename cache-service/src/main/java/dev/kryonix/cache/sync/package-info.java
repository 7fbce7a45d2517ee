/** Delta sync of collections and devices' offline operations. */
@NullMarked
package dev.kryonix.cache.sync;

import org.jspecify.annotations.NullMarked;
