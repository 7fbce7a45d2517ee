/** What services tell of to the audit of tenants, which tenant-service keeps. */
@NullMarked
package dev.kryonix.kit.audit;

import org.jspecify.annotations.NullMarked;
