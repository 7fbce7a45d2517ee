package dev.kryonix.cache.sync;

import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.TenantSpace;
import java.time.Duration;
import java.util.Base64;

/** What putting back entries of collections and offline queues takes. */
public final class SyncEntries {
  /** The module of collections' entries. */
  public static final String COLLECTIONS = CollectionName.MODULE;

  /** The module of offline queues' entries. */
  public static final String QUEUES = OfflineQueues.MODULE;

  /** How long what never ends is kept. */
  public static final Duration KEPT = Collections.KEPT;

  private SyncEntries() {}

  /** The bucket where an entry of either module must lie. */
  public static int bucket(TenantSpace space, EntryKey address) {
    return space.number(Base64.getUrlDecoder().decode(place(address)));
  }

  /** The log of the collection, or the queue, that an entry belongs to. */
  public static EntryKey leader(EntryKey address) {
    String type = address.module().equals(COLLECTIONS) ? CollectionName.LOG : OfflineQueues.QUEUE;
    return new EntryKey(address.module(), type, place(address));
  }

  private static String place(EntryKey address) {
    int slash = address.key().indexOf('/');
    return slash < 0 ? address.key() : address.key().substring(0, slash);
  }

  /**
   * The entry as it is put back. A collection's log gets another epoch, so that devices which have
   * seen changes that are gone now begin anew instead of taking them for the ones that will follow.
   */
  public static Content restored(EntryKey address, Content content, long epoch) {
    return address.module().equals(COLLECTIONS) && address.type().equals(CollectionName.LOG)
        ? content.withValue(CollectionLog.parse(content.value()).bytes(epoch))
        : content;
  }
}
