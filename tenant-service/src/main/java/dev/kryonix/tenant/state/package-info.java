/** The server end of the state stream: desired state out, acks and progress back. */
@NullMarked
package dev.kryonix.tenant.state;

import org.jspecify.annotations.NullMarked;
