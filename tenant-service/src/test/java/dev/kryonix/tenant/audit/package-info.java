/** Tests of this package. */
@NullMarked
package dev.kryonix.tenant.audit;

import org.jspecify.annotations.NullMarked;
