/** The main job, step by step: a tenant's life from its creation to a restore and its end. */
@NullMarked
package dev.kryonix.system.story;

import org.jspecify.annotations.NullMarked;
