/** A network between two processes, which does what networks do when they fail. */
@NullMarked
package dev.kryonix.testkit.network;

import org.jspecify.annotations.NullMarked;
