package dev.kryonix.cache.counting;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;

/**
 * A part of a tenant's cache that is counted by itself.
 *
 * @param tenant the tenant's id
 * @param uid the tenant's uid
 * @param module the module
 * @param type the data type, one of the catalogue's or {@code other}
 */
public record Namespace(TenantId tenant, TenantUid uid, String module, String type) {}
