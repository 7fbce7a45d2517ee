package dev.kryonix.cache.insight;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;

/**
 * What a tenant holds.
 *
 * @param tenant the tenant's id
 * @param uid the tenant's uid
 * @param keys entries
 * @param bytes what they are charged
 * @param evicted entries that went for want of room, ever
 * @param expired entries that were taken off the books as expired, ever
 */
record Level(TenantId tenant, TenantUid uid, long keys, long bytes, long evicted, long expired) {}
