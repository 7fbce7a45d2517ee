/**
 * The service's PostgreSQL schema: migrations, pooled connections, and transactions bound to one
 * tenant.
 */
@NullMarked
package dev.kryonix.kit.postgres;

import org.jspecify.annotations.NullMarked;
