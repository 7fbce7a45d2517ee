/** What keeps a publish with a request_id from being made twice. */
@NullMarked
package dev.kryonix.messaging.dedup;

import org.jspecify.annotations.NullMarked;
