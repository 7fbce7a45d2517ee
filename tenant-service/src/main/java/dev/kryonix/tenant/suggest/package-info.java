/** What would suit a company, read by rules from what it says of itself. */
@NullMarked
package dev.kryonix.tenant.suggest;

import org.jspecify.annotations.NullMarked;
