/** Tests of exports and imports over a real channel. */
@NullMarked
package dev.kryonix.kit.snapshot;

import org.jspecify.annotations.NullMarked;
