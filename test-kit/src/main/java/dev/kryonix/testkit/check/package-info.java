/**
 * Checkers of what must hold whatever breaks. They are told what was done and what was seen while
 * it broke, by any thread, and are asked at the end.
 */
@NullMarked
package dev.kryonix.testkit.check;

import org.jspecify.annotations.NullMarked;
