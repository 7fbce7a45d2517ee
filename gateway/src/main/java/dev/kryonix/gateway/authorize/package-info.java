/**
 * Who may pass the door: the token, the contract's policy and the tenant's state, and which headers
 * go along.
 */
@NullMarked
package dev.kryonix.gateway.authorize;

import org.jspecify.annotations.NullMarked;
