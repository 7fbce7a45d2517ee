/** The service's end of the state stream, and the local copy of every tenant that it keeps. */
@NullMarked
package dev.kryonix.kit.state;

import org.jspecify.annotations.NullMarked;
