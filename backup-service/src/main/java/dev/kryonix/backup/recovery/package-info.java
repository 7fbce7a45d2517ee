/** Shows what can be restored; the contract stands, nothing of it is served yet. */
@NullMarked
package dev.kryonix.backup.recovery;

import org.jspecify.annotations.NullMarked;
