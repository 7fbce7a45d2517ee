/** Tests of what is kept of tenants. */
@NullMarked
package dev.kryonix.messaging.records;

import org.jspecify.annotations.NullMarked;
