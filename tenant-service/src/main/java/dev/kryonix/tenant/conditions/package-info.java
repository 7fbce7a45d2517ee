/** What each service has made true of a tenant. */
@NullMarked
package dev.kryonix.tenant.conditions;

import org.jspecify.annotations.NullMarked;
