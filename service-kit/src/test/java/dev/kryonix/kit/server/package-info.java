/** Tests of the package. */
@NullMarked
package dev.kryonix.kit.server;

import org.jspecify.annotations.NullMarked;
