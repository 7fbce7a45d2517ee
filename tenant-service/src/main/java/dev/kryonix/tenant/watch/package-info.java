/** What happens to a tenant, told to whoever watches it. */
@NullMarked
package dev.kryonix.tenant.watch;

import org.jspecify.annotations.NullMarked;
