/** Opens the client end of the state stream to simulations of both ends. */
@NullMarked
package dev.kryonix.kit.state;

import org.jspecify.annotations.NullMarked;
