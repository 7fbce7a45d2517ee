/** Tests of what tests rely on. */
@NullMarked
package dev.kryonix.testkit.check;

import org.jspecify.annotations.NullMarked;
