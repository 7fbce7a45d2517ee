/** What a tenant's coming and going means for its backups. */
@NullMarked
package dev.kryonix.backup.tenants;

import org.jspecify.annotations.NullMarked;
