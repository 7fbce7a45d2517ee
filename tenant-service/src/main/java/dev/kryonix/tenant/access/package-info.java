/** API keys, tokens, and the keys that tokens are signed with. */
@NullMarked
package dev.kryonix.tenant.access;

import org.jspecify.annotations.NullMarked;
