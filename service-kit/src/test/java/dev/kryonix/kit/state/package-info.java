/**
 * Tests of the state stream's client end: its state machines alone, and all of it against a real
 * server.
 */
@NullMarked
package dev.kryonix.kit.state;

import org.jspecify.annotations.NullMarked;
