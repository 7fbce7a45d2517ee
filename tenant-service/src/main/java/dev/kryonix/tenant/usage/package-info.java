/** What tenants use, as the services report it, against their limits. */
@NullMarked
package dev.kryonix.tenant.usage;

import org.jspecify.annotations.NullMarked;
