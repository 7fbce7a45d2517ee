/** The contracts as data: every RPC, its options, and the smallest request that it takes. */
@NullMarked
package dev.kryonix.system.contract;

import org.jspecify.annotations.NullMarked;
