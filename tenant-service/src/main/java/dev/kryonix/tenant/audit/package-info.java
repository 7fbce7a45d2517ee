/** The hash-chained record of who changed what. */
@NullMarked
package dev.kryonix.tenant.audit;

import org.jspecify.annotations.NullMarked;
