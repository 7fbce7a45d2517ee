/** The service's beans for tests. */
@NullMarked
package dev.kryonix.messaging;

import org.jspecify.annotations.NullMarked;
