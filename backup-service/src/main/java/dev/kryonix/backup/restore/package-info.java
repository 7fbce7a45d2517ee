/** Planning and carrying out restores, phase by phase, and taking them back when they fail. */
@NullMarked
package dev.kryonix.backup.restore;

import org.jspecify.annotations.NullMarked;
