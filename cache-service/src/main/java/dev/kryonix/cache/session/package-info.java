/** Sessions of a tenant's users: created, extended, listed and ended, under the tenant's quota. */
@NullMarked
package dev.kryonix.cache.session;

import org.jspecify.annotations.NullMarked;
