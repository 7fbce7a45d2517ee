/** Sessions of a tenant's users. */
@NullMarked
package dev.kryonix.cache.session;

import org.jspecify.annotations.NullMarked;
