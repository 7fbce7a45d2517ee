/**
 * What callers can find out about the contracts: server reflection, from our own filtered
 * descriptors.
 */
@NullMarked
package dev.kryonix.gateway.discover;

import org.jspecify.annotations.NullMarked;
