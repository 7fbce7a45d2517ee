/** What the gateway notes of each call: a line of the access log, and a count. */
@NullMarked
package dev.kryonix.gateway.access;

import org.jspecify.annotations.NullMarked;
