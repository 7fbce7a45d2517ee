/** Tests of keys and seals. */
@NullMarked
package dev.kryonix.kit.crypto;

import org.jspecify.annotations.NullMarked;
