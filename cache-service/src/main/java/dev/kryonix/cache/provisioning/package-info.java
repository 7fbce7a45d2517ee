/** Making a tenant's place in the cache true, and taking it away. */
@NullMarked
package dev.kryonix.cache.provisioning;

import org.jspecify.annotations.NullMarked;
