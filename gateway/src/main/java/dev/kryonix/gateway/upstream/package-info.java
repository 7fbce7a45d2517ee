/**
 * The services behind the gateway: their channels, the calls to them, and the words for their
 * absence.
 */
@NullMarked
package dev.kryonix.gateway.upstream;

import org.jspecify.annotations.NullMarked;
