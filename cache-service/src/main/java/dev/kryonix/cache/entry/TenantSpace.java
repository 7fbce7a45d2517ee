package dev.kryonix.cache.entry;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.nio.charset.StandardCharsets;

/**
 * Where a tenant's things are in Redis. Every key of a tenant has the same hash tag, so that
 * scripts stay legal on a cluster; the tag holds the id, so that people can read it, and the uid,
 * so that a later tenant of the same id meets nothing of this one. The caller's text comes after
 * the tag and is never part of it.
 */
public record TenantSpace(TenantId id, TenantUid uid) {
  private static final int UID_CHARS = 12;

  /** The key of an entry: {@code tenant:{tag}:module:type:key}. */
  public byte[] entry(EntryKey key) {
    return withPrefix("tenant:" + tag() + ":", key.bytes());
  }

  /** What every entry's key begins with. */
  public byte[] entryPrefix() {
    return bytes("tenant:" + tag() + ":");
  }

  /** The sorted set of all entries, by expiry and charge. */
  public byte[] index() {
    return bytes("index:" + tag());
  }

  /** The hash with the number of entries and their charge. */
  public byte[] account() {
    return bytes("account:" + tag());
  }

  /** What the keys of an import's staged entries begin with. */
  public byte[] stagedPrefix(String importId) {
    return bytes("staged:" + tag() + ":" + importId + ":");
  }

  /** The sorted set of an import's staged entries, as {@link #index}. */
  public byte[] stagedIndex(String importId) {
    return bytes("staged-index:" + tag() + ":" + importId);
  }

  /** What every key of the tenant's matches, whatever it is for, as a pattern of SCAN. */
  public byte[] anyKey() {
    return bytes("*" + tag() + "*");
  }

  private String tag() {
    return "{" + id + "." + uid.toString().replace("-", "").substring(0, UID_CHARS) + "}";
  }

  static byte[] withPrefix(String prefix, byte[] rest) {
    byte[] head = bytes(prefix);
    byte[] key = new byte[head.length + rest.length];
    System.arraycopy(head, 0, key, 0, head.length);
    System.arraycopy(rest, 0, key, head.length, rest.length);
    return key;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
