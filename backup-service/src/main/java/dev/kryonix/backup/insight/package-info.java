/** How well backups do; the contract stands, nothing of it is served yet. */
@NullMarked
package dev.kryonix.backup.insight;

import org.jspecify.annotations.NullMarked;
