/**
 * A cache in front of the platform's cache, in the memory of the process that reads: for services
 * and for tenants' applications.
 */
@NullMarked
package dev.kryonix.kit.nearcache;

import org.jspecify.annotations.NullMarked;
