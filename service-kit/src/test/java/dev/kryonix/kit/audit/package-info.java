/** Tests of what is written into tenants' audits. */
@NullMarked
package dev.kryonix.kit.audit;

import org.jspecify.annotations.NullMarked;
