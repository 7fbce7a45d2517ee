package dev.kryonix.cache.entry;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Where a tenant's things of one purpose are in Redis: in one bucket or spread over several, so
 * that on a cluster a large tenant is not one hot slot. A bucket's tag holds the tenant's id, so
 * that people can read it, a part of the uid, so that a later tenant of the same id meets nothing
 * of this one, and of several buckets its number of how many, so that another way of spreading
 * meets nothing of this. It is kept short, since every key holds it.
 *
 * <p>The buckets are made once, since every request asks for one.
 */
public final class TenantSpace {
  private static final int LAST_BYTES = 6;
  private static final int SKIPPED_CHARS = 2;

  private final TenantId id;
  private final TenantUid uid;
  private final String owner;
  private final List<Bucket> buckets;

  /** Where a tenant's things are, under what the keys of the purpose begin with. */
  TenantSpace(String prefix, TenantId id, TenantUid uid, int spread) {
    this.id = id;
    this.uid = uid;
    this.owner = id + "." + shortened(uid);
    this.buckets =
        spread == 1
            ? List.of(new Bucket(prefix, "{" + owner + "}"))
            : IntStream.range(0, spread)
                .mapToObj(
                    number -> new Bucket(prefix, "{" + owner + "." + number + "/" + spread + "}"))
                .toList();
  }

  /** The tenant's id. */
  public TenantId id() {
    return id;
  }

  /** The tenant's uid. */
  public TenantUid uid() {
    return uid;
  }

  /** Over how many buckets. */
  public int spread() {
    return buckets.size();
  }

  /** The bucket of an entry. */
  public Bucket bucket(EntryKey key) {
    return buckets.size() == 1 ? buckets.getFirst() : bucket(number(key.bytes()));
  }

  /** The number of the bucket of what has this address. */
  public int number(byte[] member) {
    if (buckets.size() == 1) {
      return 0;
    }
    CRC32C hash = new CRC32C();
    hash.update(member);
    return (int) (hash.getValue() % buckets.size());
  }

  /** A bucket by its number, from 0. */
  public Bucket bucket(int number) {
    return buckets.get(number);
  }

  /** All buckets. */
  public List<Bucket> buckets() {
    return buckets;
  }

  /** What every key of the tenant's matches, whatever it is for, as a pattern of SCAN. */
  public String anyKey() {
    return "*{" + owner + "[.}]*";
  }

  /** The last 36 bits of a uid, which are random in uids of all versions, six to a character. */
  private static String shortened(TenantUid uid) {
    byte[] all = uid.toBytes().toByteArray();
    byte[] last = Arrays.copyOfRange(all, all.length - LAST_BYTES, all.length);
    return Base64.getUrlEncoder().encodeToString(last).substring(SKIPPED_CHARS);
  }
}
