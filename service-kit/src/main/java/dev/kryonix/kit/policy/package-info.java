/** The contract's own rules of who may call what, read from the descriptors and enforced. */
@NullMarked
package dev.kryonix.kit.policy;

import org.jspecify.annotations.NullMarked;
