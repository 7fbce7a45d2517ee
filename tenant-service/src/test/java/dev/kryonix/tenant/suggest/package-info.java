/** Tests of the suggestions. */
@NullMarked
package dev.kryonix.tenant.suggest;

import org.jspecify.annotations.NullMarked;
