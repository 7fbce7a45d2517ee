/** Proof of what backups do with data; the contract stands, nothing of it is served yet. */
@NullMarked
package dev.kryonix.backup.compliance;

import org.jspecify.annotations.NullMarked;
