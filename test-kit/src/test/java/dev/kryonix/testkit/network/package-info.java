/** Tests of what tests rely on. */
@NullMarked
package dev.kryonix.testkit.network;

import org.jspecify.annotations.NullMarked;
