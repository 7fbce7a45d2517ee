/** Opaque page tokens. */
@NullMarked
package dev.kryonix.tenant.paging;

import org.jspecify.annotations.NullMarked;
