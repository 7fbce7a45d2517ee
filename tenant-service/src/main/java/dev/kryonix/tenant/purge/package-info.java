/** Erasing tenants for good: in every service, counted before and after, and certified. */
@NullMarked
package dev.kryonix.tenant.purge;

import org.jspecify.annotations.NullMarked;
