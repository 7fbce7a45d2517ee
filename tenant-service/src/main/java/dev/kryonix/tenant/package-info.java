/** The tenant service's process. */
@NullMarked
package dev.kryonix.tenant;

import org.jspecify.annotations.NullMarked;
