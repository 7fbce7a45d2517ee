/**
 * Path templates of google.api.http, compiled into a tree that finds the route of a request path.
 */
@NullMarked
package dev.kryonix.gateway.route;

import org.jspecify.annotations.NullMarked;
