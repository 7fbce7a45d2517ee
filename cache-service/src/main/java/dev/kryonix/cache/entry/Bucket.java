package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;

/**
 * The part of a tenant's things that has one hash tag, so that a script may change an entry, its
 * index and its account in one step on a cluster too. The caller's text comes after the tag and is
 * never part of it.
 *
 * @param prefix what keys of the purpose begin with
 * @param tag the hash tag with its braces
 */
public record Bucket(String prefix, String tag) {
  /** The key of an entry: {@code tenant:{tag}:module:type:key}. */
  public byte[] entry(byte[] member) {
    return concat(entryPrefix(), member);
  }

  /** What every entry's key begins with. */
  public byte[] entryPrefix() {
    return bytes(prefix + "tenant:" + tag + ":");
  }

  /** The sorted set of all entries, by expiry and charge. */
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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
