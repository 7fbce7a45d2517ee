/**
 * Tests of the whole service as a process of its own, on real PostgreSQL, fed by small sources of
 * test data.
 */
@NullMarked
package dev.kryonix.backup.process;

import org.jspecify.annotations.NullMarked;
