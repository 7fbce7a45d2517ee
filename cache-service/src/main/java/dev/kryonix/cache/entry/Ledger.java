package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Script;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * How scripts that keep a bucket's books are called: {@code ledger.lua} comes first in each, with
 * its keys and its argument.
 */
public final class Ledger {
  /** One for each thread: to look one up takes longer than to digest an address. */
  private static final ThreadLocal<MessageDigest> SHA_1 = ThreadLocal.withInitial(Ledger::sha1);

  private Ledger() {}

  /** A script beside a class, after the ledger's own. */
  public static Script script(Class<?> type, String name) {
    return Script.beside(Ledger.class, "ledger.lua").then(Script.beside(type, name));
  }

  /** The ledger's keys, and those of the script. */
  public static byte[][] keys(Bucket bucket, byte[]... more) {
    byte[][] keys = new byte[5 + more.length][];
    keys[0] = bucket.index();
    keys[1] = bucket.account();
    keys[2] = bucket.named("marks");
    keys[3] = bucket.named("tags");
    keys[4] = bucket.named("reads");
    System.arraycopy(more, 0, keys, 5, more.length);
    return keys;
  }

  /**
   * By what a member has its page in the index: the first 32 bits of SHA-1, which is the only
   * digest that scripts have. No secret hangs on it.
   */
  static int digest(byte[] member) {
    return ByteBuffer.wrap(SHA_1.get().digest(member)).getInt();
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The ledger's argument, and those of the script. */
  public static byte[][] arguments(Bucket bucket, byte[]... more) {
    byte[][] arguments = new byte[1 + more.length][];
    arguments[0] = bucket.entryPrefix();
    System.arraycopy(more, 0, arguments, 1, more.length);
    return arguments;
  }
}
