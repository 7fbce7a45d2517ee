/** Who calls: tenants, tokens, and the principal that a checked token stands for. */
@NullMarked
package dev.kryonix.kit.identity;

import org.jspecify.annotations.NullMarked;
