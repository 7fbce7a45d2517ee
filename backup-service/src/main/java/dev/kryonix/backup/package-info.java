/** The backup service's process: its start and its settings. */
@NullMarked
package dev.kryonix.backup;

import org.jspecify.annotations.NullMarked;
