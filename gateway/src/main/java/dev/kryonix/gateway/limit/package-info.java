/**
 * How much a caller may ask for: each tenant's plan, shared by all gateways through Redis, and what
 * one address may try.
 */
@NullMarked
package dev.kryonix.gateway.limit;

import org.jspecify.annotations.NullMarked;
