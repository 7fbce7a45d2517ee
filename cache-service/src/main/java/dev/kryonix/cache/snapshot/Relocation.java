package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Envelope;
import dev.kryonix.cache.entry.Found;
import dev.kryonix.cache.entry.Head;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.sync.SyncEntries;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Takes sessions, collections and offline queues along when a tenant comes to be spread over
 * another number of buckets. Entries stay behind: a cache may lose them, but must not show one that
 * was overwritten while the tenant moved. A collection, queue or user that there is in the new
 * place already is left as it is there.
 */
@Singleton
public final class Relocation {
  private static final int READ_AT_ONCE = 128;

  private final SnapshotRows rows;
  private final Envelope envelope;
  private final Spaces spaces;
  private final SecureRandom random = new SecureRandom();

  Relocation(SnapshotRows rows, Envelope envelope, Spaces spaces) {
    this.rows = rows;
    this.envelope = envelope;
    this.spaces = spaces;
  }

  /** Copies what must not be lost from where the tenant was to where it is to be. */
  public void from(TenantSpace old, TenantView tenant) {
    List<SnapshotRows.Placed> all =
        rows.all(old).stream()
            .filter(each -> Section.of(each.address()).filter(Section::isOfPlatform).isPresent())
            .toList();
    if (!all.isEmpty()) {
      new Move(tenant, spaces.of(tenant)).run(all);
    }
  }

  /** One tenant's move. */
  private final class Move {
    private final TenantView tenant;
    private final TenantSpace target;
    private final String stagingId = UUID.randomUUID().toString();
    private final Map<SnapshotRows.Placed, Boolean> there = new HashMap<>();
    private long staged;

    Move(TenantView tenant, TenantSpace target) {
      this.tenant = tenant;
      this.target = target;
    }

    void run(List<SnapshotRows.Placed> all) {
      try {
        for (int from = 0; from < all.size(); from += READ_AT_ONCE) {
          List<SnapshotRows.Placed> some =
              all.subList(from, Math.min(from + READ_AT_ONCE, all.size()));
          List<Found> found = rows.read(some);
          for (int i = 0; i < some.size(); i++) {
            stage(some.get(i).address(), found.get(i));
          }
        }
        SnapshotRows.Replaced nothing = new SnapshotRows.Replaced(false, List.of());
        if (!rows.commit(target, stagingId, staged, nothing)) {
          throw CommonErrors.storeUnavailable(
              "redis", new IllegalStateException("staged entries have been lost"));
        }
      } finally {
        rows.drop(target, stagingId);
      }
    }

    private void stage(EntryKey address, Found found) {
      if (!(found instanceof Found.Live(byte[] bytes, Head head))) {
        return;
      }
      Optional<Content> opened = envelope.open(tenant, address, bytes);
      if (opened.isEmpty()) {
        return;
      }
      Section section = Section.of(address).orElseThrow();
      Content content = opened.get();
      OptionalInt number = section.bucket(target, address, content);
      if (number.isEmpty()) {
        return;
      }
      var bucket = target.bucket(number.getAsInt());
      EntryKey leader = section.leader(address, content);
      if (there.computeIfAbsent(new SnapshotRows.Placed(bucket, leader), this::isThere)) {
        return;
      }
      Content restored = SyncEntries.restored(address, content, random.nextLong());
      byte[] sealed = envelope.seal(tenant, address, restored, false, section.isSecret());
      rows.stage(
          bucket,
          stagingId,
          address,
          new SnapshotRows.Staged(sealed, head.expires(), content.serves()));
      staged++;
    }

    private boolean isThere(SnapshotRows.Placed leader) {
      return rows.read(List.of(leader)).getFirst() instanceof Found.Live;
    }
  }
}
