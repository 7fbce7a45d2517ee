/**
 * gRPC-Web: gRPC for browsers, which see no HTTP trailers, in its binary and its text form. A call
 * is forwarded like one that came over gRPC.
 */
@NullMarked
package dev.kryonix.gateway.web;

import org.jspecify.annotations.NullMarked;
