/** The layout of the kit, held by a test. */
@NullMarked
package dev.kryonix.kit.structure;

import org.jspecify.annotations.NullMarked;
