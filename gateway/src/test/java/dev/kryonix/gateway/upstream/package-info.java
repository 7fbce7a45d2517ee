/** Tests of the package. */
@NullMarked
package dev.kryonix.gateway.upstream;

import org.jspecify.annotations.NullMarked;
