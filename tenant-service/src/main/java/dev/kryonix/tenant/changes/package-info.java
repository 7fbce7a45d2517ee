/** The transactional outbox, and the feed that tells of committed changes. */
@NullMarked
package dev.kryonix.tenant.changes;

import org.jspecify.annotations.NullMarked;
