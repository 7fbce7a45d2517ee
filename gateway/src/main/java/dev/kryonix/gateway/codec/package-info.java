/** Messages between JSON and the protobuf wire format, by tables compiled from the contracts. */
@NullMarked
package dev.kryonix.gateway.codec;

import org.jspecify.annotations.NullMarked;
