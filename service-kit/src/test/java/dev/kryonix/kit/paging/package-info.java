/** Tests of page tokens. */
@NullMarked
package dev.kryonix.kit.paging;

import org.jspecify.annotations.NullMarked;
