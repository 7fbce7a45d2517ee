/**
 * The frame of a service: its gRPC server, the order of the interceptors, readiness, channels to
 * others, start and stop.
 */
@NullMarked
package dev.kryonix.kit.server;

import org.jspecify.annotations.NullMarked;
