/**
 * HTTP as the gateway speaks it: connections, requests as they come in, answers as they go out, and
 * the entrances that a request may take.
 */
@NullMarked
package dev.kryonix.gateway.http;

import org.jspecify.annotations.NullMarked;
