package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;

/**
 * The part of a tenant's things that has one hash tag, so that a script may change an entry, its
 * index and its account in one step on a cluster too. The caller's text comes after the tag and is
 * never part of it.
 *
 * <p>What keys begin with is made once, since every request asks for it.
 */
public final class Bucket {
  private final String prefix;
  private final String tag;
  private final byte[] entryPrefix;

  /** A bucket whose keys begin with the purpose's prefix, and which has that tag, with braces. */
  Bucket(String prefix, String tag) {
    this.prefix = prefix;
    this.tag = tag;
    this.entryPrefix = bytes(prefix + "tenant:" + tag + ":");
  }

  /** The key of an entry: {@code tenant:{tag}:module:type:key}. */
  public byte[] entry(byte[] member) {
    return concat(entryPrefix, member);
  }

  /** What every entry's key begins with. */
  public byte[] entryPrefix() {
    return entryPrefix.clone();
  }

  /** How many bytes that is. */
  int entryPrefixBytes() {
    return entryPrefix.length;
  }

  /** The sorted set of the pages that list all entries, with expiry and charge. */
  public byte[] index() {
    return named("index");
  }

  /** The hash with what the entries are charged together. */
  public byte[] account() {
    return named("account");
  }

  /** A key of the bucket for something else, such as {@code lease:{tag}:…}. */
  public byte[] named(String what) {
    return bytes(prefix + what + ":" + tag);
  }

  /** A key of the bucket for something of one entry. */
  public byte[] named(String what, byte[] member) {
    return concat(bytes(prefix + what + ":" + tag + ":"), member);
  }

  /** What the keys of an import's staged entries begin with. */
  public byte[] stagedPrefix(String importId) {
    return bytes(prefix + "staged:" + tag + ":" + importId + ":");
  }

  /** The sorted set of an import's staged entries, as {@link #index}. */
  public byte[] stagedIndex(String importId) {
    return bytes(prefix + "staged-index:" + tag + ":" + importId);
  }

  static byte[] concat(byte[] head, byte[] rest) {
    byte[] key = new byte[head.length + rest.length];
    System.arraycopy(head, 0, key, 0, head.length);
    System.arraycopy(rest, 0, key, head.length, rest.length);
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Bucket bucket
            && prefix.equals(bucket.prefix)
            && tag.equals(bucket.tag));
  }

  @Override
  public int hashCode() {
    return 31 * prefix.hashCode() + tag.hashCode();
  }

  @Override
  public String toString() {
    return prefix + tag;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
