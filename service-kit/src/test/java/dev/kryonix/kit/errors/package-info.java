/** Tests of the package. */
@NullMarked
package dev.kryonix.kit.errors;

import org.jspecify.annotations.NullMarked;
