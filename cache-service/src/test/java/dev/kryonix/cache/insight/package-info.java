/** Tenants' figures, on a real PostgreSQL. */
@NullMarked
package dev.kryonix.cache.insight;

import org.jspecify.annotations.NullMarked;
