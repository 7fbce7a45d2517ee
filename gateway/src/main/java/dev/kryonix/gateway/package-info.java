/** The one door of the platform: its start and its settings. */
@NullMarked
package dev.kryonix.gateway;

import org.jspecify.annotations.NullMarked;
