package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A store of one list, so that the endpoint's own rules can be seen; counts what is open. */
final class ShelfStore implements SnapshotStore {
  static final TenantId TENANT = new TenantId("acme");
  static final TenantUid UID = TenantUid.parse("00000000-0000-0000-0000-000000000001");

  final AtomicInteger open = new AtomicInteger();
  final Map<String, ImportReceipt> receipts = new HashMap<>();
  volatile List<Record> records = List.of();

  @Override
  public String source() {
    return "cache";
  }

  @Override
  public int format() {
    return 3;
  }

  @Override
  public SnapshotExport open(TenantId tenant, TenantUid uid, Selection selection) {
    requireTenant(tenant, uid);
    open.incrementAndGet();
    Iterator<Record> all = records.stream().filter(selection::has).iterator();
    return new SnapshotExport() {
      @Override
      public String position() {
        return "p1";
      }

      @Override
      public Instant time() {
        return Instant.EPOCH;
      }

      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Record next() {
        return all.next();
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public SnapshotImport begin(ImportTarget target) {
    requireTenant(target.tenant(), target.uid());
    open.incrementAndGet();
    List<Record> staged = new ArrayList<>();
    return new SnapshotImport() {
      @Override
      public void accept(Record record) {
        staged.add(record);
      }

      @Override
      public void commit(ImportReceipt receipt) {
        records = List.copyOf(staged);
        receipts.put(target.importId(), receipt);
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public Optional<ImportReceipt> receipt(TenantUid uid, String importId) {
    return Optional.ofNullable(receipts.get(importId));
  }

  private static void requireTenant(TenantId tenant, TenantUid uid) {
    if (!tenant.equals(TENANT) || !uid.equals(UID)) {
      throw SnapshotErrors.unknownTenant(tenant.value());
    }
  }
}
