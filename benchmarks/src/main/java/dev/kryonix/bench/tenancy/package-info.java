/** The control plane: creating tenants, many of them, suspending them, tokens, the state stream. */
@NullMarked
package dev.kryonix.bench.tenancy;

import org.jspecify.annotations.NullMarked;
