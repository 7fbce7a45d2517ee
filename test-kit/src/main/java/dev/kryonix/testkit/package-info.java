/** What the tests of the services share. */
@NullMarked
package dev.kryonix.testkit;

import org.jspecify.annotations.NullMarked;
