/** Progressive download to mobile devices; the contract stands, nothing of it is served yet. */
@NullMarked
package dev.kryonix.backup.download;

import org.jspecify.annotations.NullMarked;
