/** Tests of the package. */
@NullMarked
package dev.kryonix.kit.telemetry;

import org.jspecify.annotations.NullMarked;
