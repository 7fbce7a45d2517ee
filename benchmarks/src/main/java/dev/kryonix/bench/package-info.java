/** The entry point of the benchmarks: one command per name. */
@NullMarked
package dev.kryonix.bench;

import org.jspecify.annotations.NullMarked;
