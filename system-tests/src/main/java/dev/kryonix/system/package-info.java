/** The demonstration of the platform's main job, as its users meet it. */
@NullMarked
package dev.kryonix.system;

import org.jspecify.annotations.NullMarked;
