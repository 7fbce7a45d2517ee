/** Tenants and their life: creating, changing, suspending, deleting, watching. */
@NullMarked
package dev.kryonix.tenant.tenants;

import org.jspecify.annotations.NullMarked;
