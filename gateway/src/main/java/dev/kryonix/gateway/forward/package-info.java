/** gRPC passed through as bytes, message by message, as fast as the slower side takes them. */
@NullMarked
package dev.kryonix.gateway.forward;

import org.jspecify.annotations.NullMarked;
