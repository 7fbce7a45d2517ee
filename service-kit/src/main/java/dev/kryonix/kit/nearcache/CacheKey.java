package dev.kryonix.kit.nearcache;

import dev.kryonix.api.cache.v1.EntryAddress;
import org.jspecify.annotations.Nullable;

/**
 * The address of an entry within its tenant. No record, since its hash is kept: a read of a copy is
 * little more than looking for it, and three texts far apart in memory would cost as much again.
 */
public final class CacheKey {
  private final String module;
  private final String type;
  private final String key;
  private final int hash;

  /**
   * The address.
   *
   * @param module the module, such as {@code crm}
   * @param type the data type, such as {@code user_data}
   * @param key the key within both
   */
  public CacheKey(String module, String type, String key) {
    this.module = module;
    this.type = type;
    this.key = key;
    this.hash = (module.hashCode() * 31 + type.hashCode()) * 31 + key.hashCode();
  }

  static CacheKey of(EntryAddress address) {
    return new CacheKey(address.getModule(), address.getType(), address.getKey());
  }

  public String module() {
    return module;
  }

  public String type() {
    return type;
  }

  public String key() {
    return key;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof CacheKey that
            && hash == that.hash
            && key.equals(that.key)
            && type.equals(that.type)
            && module.equals(that.module));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return module + ":" + type + ":" + key;
  }
}
