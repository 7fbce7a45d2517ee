/**
 * What stands between the network and both ports: TLS, limits on connections, and guards against
 * clients that flood or stall.
 */
@NullMarked
package dev.kryonix.gateway.edge;

import org.jspecify.annotations.NullMarked;
