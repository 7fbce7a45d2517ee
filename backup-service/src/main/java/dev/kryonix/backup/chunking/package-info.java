/**
 * Cuts streams of bytes into chunks whose borders follow the content, so that an edit moves few of
 * them.
 */
@NullMarked
package dev.kryonix.backup.chunking;

import org.jspecify.annotations.NullMarked;
