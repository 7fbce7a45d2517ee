package dev.kryonix.kit.nearcache;

import dev.kryonix.api.cache.v1.EntryAddress;

/**
 * The address of an entry within its tenant.
 *
 * @param module the module, such as {@code crm}
 * @param type the data type, such as {@code user_data}
 * @param key the key within both
 */
public record CacheKey(String module, String type, String key) {
  static CacheKey of(EntryAddress address) {
    return new CacheKey(address.getModule(), address.getType(), address.getKey());
  }
}
