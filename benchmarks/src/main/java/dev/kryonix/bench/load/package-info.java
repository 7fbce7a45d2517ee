/**
 * Load on a server and what it answered: closed loops by h2load, open loops by an own generator.
 */
@NullMarked
package dev.kryonix.bench.load;

import org.jspecify.annotations.NullMarked;
