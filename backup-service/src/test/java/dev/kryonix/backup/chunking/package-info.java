/** Tests of the chunker. */
@NullMarked
package dev.kryonix.backup.chunking;

import org.jspecify.annotations.NullMarked;
