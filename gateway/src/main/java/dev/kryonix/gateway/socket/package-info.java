/**
 * WebSockets: an RPC that streams both ways as a browser can have it, and the tickets that open
 * one.
 */
@NullMarked
package dev.kryonix.gateway.socket;

import org.jspecify.annotations.NullMarked;
