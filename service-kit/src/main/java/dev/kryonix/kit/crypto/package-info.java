/** The platform key, what is sealed under it, and the tool that makes a platform's keys. */
@NullMarked
package dev.kryonix.kit.crypto;

import org.jspecify.annotations.NullMarked;
