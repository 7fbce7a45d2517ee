/** Tests of this package. */
@NullMarked
package dev.kryonix.tenant.tenants;

import org.jspecify.annotations.NullMarked;
