/** Tests of the parts of copies. */
@NullMarked
package dev.kryonix.messaging.snapshot;

import org.jspecify.annotations.NullMarked;
