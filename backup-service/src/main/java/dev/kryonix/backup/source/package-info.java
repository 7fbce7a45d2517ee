/** The services whose data is backed up, as the snapshot contract shows them. */
@NullMarked
package dev.kryonix.backup.source;

import org.jspecify.annotations.NullMarked;
