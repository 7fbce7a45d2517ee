/** Tests of keys and tokens. */
@NullMarked
package dev.kryonix.tenant.access;

import org.jspecify.annotations.NullMarked;
