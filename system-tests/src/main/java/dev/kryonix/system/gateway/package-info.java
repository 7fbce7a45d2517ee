/** How a caller from outside reaches the platform: REST and gRPC, through the gateway. */
@NullMarked
package dev.kryonix.system.gateway;

import org.jspecify.annotations.NullMarked;
