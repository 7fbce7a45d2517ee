/** The tenant service as a process, on a real PostgreSQL. */
@NullMarked
package dev.kryonix.tenant.process;

import org.jspecify.annotations.NullMarked;
