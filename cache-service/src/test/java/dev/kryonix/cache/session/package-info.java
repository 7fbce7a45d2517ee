/** Tests of sessions on both kinds of Redis. */
@NullMarked
package dev.kryonix.cache.session;

import org.jspecify.annotations.NullMarked;
