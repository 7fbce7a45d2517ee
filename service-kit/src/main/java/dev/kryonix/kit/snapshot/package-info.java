/**
 * Handing a tenant's data to the backup service, and taking it back: the contract's plumbing and
 * checks.
 */
@NullMarked
package dev.kryonix.kit.snapshot;

import org.jspecify.annotations.NullMarked;
