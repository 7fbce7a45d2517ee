/** Tests of blocking streams over a real channel. */
@NullMarked
package dev.kryonix.kit.streams;

import org.jspecify.annotations.NullMarked;
