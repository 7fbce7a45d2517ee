package dev.kryonix.cache.structure;

import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Pages of a set's members or a hash's fields: in the order of their digests, so that a token is
 * short however long a member is, and a member that stays is listed once whatever comes and goes.
 */
@Singleton
final class Pages {
  private static final int DEFAULT_SIZE = 100;

  private final PageTokens tokens;

  Pages(PageTokens tokens) {
    this.tokens = tokens;
  }

  /**
   * A page.
   *
   * @param items its items
   * @param next where to go on; empty at the end
   */
  record Page<T>(List<T> items, String next) {}

  /** What to list: all items of a structure, so many at once, from a token on. */
  record Listing(TenantView tenant, EntryKey address, int size, String token) {}

  <T> Page<T> page(Listing listing, Collection<T> all, Function<T, byte[]> bytes) {
    String name =
        String.join("\n", "structure", listing.tenant().uid().toString())
            + "\n"
            + HexFormat.of().formatHex(listing.address().bytes());
    String after = tokens.read(name, listing.token());
    TreeMap<String, T> ordered = new TreeMap<>();
    all.forEach(each -> ordered.put(digest(bytes.apply(each)), each));
    int size = listing.size() == 0 ? DEFAULT_SIZE : listing.size();
    List<Map.Entry<String, T>> some =
        ordered.tailMap(after, false).entrySet().stream().limit(size + 1L).toList();
    if (some.size() <= size) {
      return new Page<>(some.stream().map(Map.Entry::getValue).toList(), "");
    }
    List<Map.Entry<String, T>> page = some.subList(0, size);
    return new Page<>(
        page.stream().map(Map.Entry::getValue).toList(),
        tokens.after(name, page.getLast().getKey()));
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
