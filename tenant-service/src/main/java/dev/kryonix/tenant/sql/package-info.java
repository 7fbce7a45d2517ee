/** How values of the domain stand in columns. */
@NullMarked
package dev.kryonix.tenant.sql;

import org.jspecify.annotations.NullMarked;
