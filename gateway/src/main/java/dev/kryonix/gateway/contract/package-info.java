/**
 * The contracts as the gateway reads them at its start: RPCs, their HTTP rules and their policies.
 */
@NullMarked
package dev.kryonix.gateway.contract;

import org.jspecify.annotations.NullMarked;
