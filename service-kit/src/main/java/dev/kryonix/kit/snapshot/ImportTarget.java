package dev.kryonix.kit.snapshot;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;

/**
 * What an import replaces.
 *
 * @param tenant the tenant's id
 * @param uid the tenant's uid
 * @param format the version of the encoding of the records to come
 * @param selection the records that are replaced; others stay as they are
 * @param importId identifies the import, so that a repetition of it is known
 */
public record ImportTarget(
    TenantId tenant, TenantUid uid, int format, Selection selection, String importId) {}
