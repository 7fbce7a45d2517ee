/** What the service keeps of tenants in PostgreSQL, as far as all of it is alike. */
@NullMarked
package dev.kryonix.messaging.records;

import org.jspecify.annotations.NullMarked;
