/** Tests of this package. */
@NullMarked
package dev.kryonix.tenant.state;

import org.jspecify.annotations.NullMarked;
