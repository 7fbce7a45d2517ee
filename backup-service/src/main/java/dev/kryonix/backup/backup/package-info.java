/** Taking, showing, verifying and deleting backups. */
@NullMarked
package dev.kryonix.backup.backup;

import org.jspecify.annotations.NullMarked;
