/** Long gRPC streams written and read with blocking calls, in bounded memory. */
@NullMarked
package dev.kryonix.kit.streams;

import org.jspecify.annotations.NullMarked;
