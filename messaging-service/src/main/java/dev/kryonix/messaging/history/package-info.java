/** Reading a tenant's message history: replays, and views of what is published just now. */
@NullMarked
package dev.kryonix.messaging.history;

import org.jspecify.annotations.NullMarked;
