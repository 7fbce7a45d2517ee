/**
 * Dead letters to look at, to publish again and to drop. The broker's queues hold them only until
 * they are in the database, where they can be read, filtered and counted without being removed.
 */
@NullMarked
package dev.kryonix.messaging.deadletter;

import org.jspecify.annotations.NullMarked;
