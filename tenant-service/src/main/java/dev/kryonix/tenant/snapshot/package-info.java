/** A tenant's own rows as snapshot records, for backup and restore. */
@NullMarked
package dev.kryonix.tenant.snapshot;

import org.jspecify.annotations.NullMarked;
