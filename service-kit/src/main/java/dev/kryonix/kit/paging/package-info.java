/** Pages of listings, and the opaque tokens that lead from one to the next. */
@NullMarked
package dev.kryonix.kit.paging;

import org.jspecify.annotations.NullMarked;
