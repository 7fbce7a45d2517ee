/** Tests of tokens and principals. */
@NullMarked
package dev.kryonix.kit.identity;

import org.jspecify.annotations.NullMarked;
