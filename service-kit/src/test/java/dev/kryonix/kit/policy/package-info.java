/** Tests of the package. */
@NullMarked
package dev.kryonix.kit.policy;

import org.jspecify.annotations.NullMarked;
