/** Refusals and failures as values: what went wrong, and how it reads on the wire. */
@NullMarked
package dev.kryonix.kit.errors;

import org.jspecify.annotations.NullMarked;
