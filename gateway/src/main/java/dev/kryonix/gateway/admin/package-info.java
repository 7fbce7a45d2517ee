/** What the gateway shows of itself on the management port. */
@NullMarked
package dev.kryonix.gateway.admin;

import org.jspecify.annotations.NullMarked;
