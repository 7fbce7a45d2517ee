/** Handing a tenant's broker definitions to the backup service, and taking them back. */
@NullMarked
package dev.kryonix.messaging.snapshot;

import org.jspecify.annotations.NullMarked;
