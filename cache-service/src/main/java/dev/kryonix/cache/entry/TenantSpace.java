package dev.kryonix.cache.entry;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Where a tenant's things of one purpose are in Redis: in one bucket or spread over several, so
 * that on a cluster a large tenant is not one hot slot. A bucket's tag holds the tenant's id, so
 * that people can read it, the uid, so that a later tenant of the same id meets nothing of this
 * one, and the bucket's number of how many, so that another way of spreading meets nothing of this.
 *
 * @param prefix what keys of the purpose begin with
 * @param id the tenant's id
 * @param uid the tenant's uid
 * @param spread over how many buckets
 */
public record TenantSpace(String prefix, TenantId id, TenantUid uid, int spread) {
  private static final int UID_CHARS = 12;

  /** The bucket of an entry. */
  public Bucket bucket(EntryKey key) {
    return bucket(number(key.bytes()));
  }

  /** The number of the bucket of what has this address. */
  public int number(byte[] member) {
    if (spread == 1) {
      return 0;
    }
    CRC32C hash = new CRC32C();
    hash.update(member);
    return (int) (hash.getValue() % spread);
  }

  /** A bucket by its number, from 0. */
  public Bucket bucket(int number) {
    return new Bucket(prefix, "{" + owner() + number + "/" + spread + "}");
  }

  /** All buckets. */
  public List<Bucket> buckets() {
    return IntStream.range(0, spread).mapToObj(this::bucket).toList();
  }

  /** What every key of the tenant's matches, whatever it is for, as a pattern of SCAN. */
  public byte[] anyKey() {
    return ("*{" + owner() + "*").getBytes(StandardCharsets.UTF_8);
  }

  private String owner() {
    return id + "." + uid.toString().replace("-", "").substring(0, UID_CHARS) + ".";
  }
}
