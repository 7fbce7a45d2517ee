/** Processes as the system accounts for them: processor time, memory, command lines, recordings. */
@NullMarked
package dev.kryonix.bench.process;

import org.jspecify.annotations.NullMarked;
