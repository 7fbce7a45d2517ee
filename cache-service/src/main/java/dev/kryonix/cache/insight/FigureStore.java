package dev.kryonix.cache.insight;

import dev.kryonix.cache.counting.Namespace;
import dev.kryonix.cache.counting.Use;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Tenants' figures in PostgreSQL: by the minute, and rolled up by the hour. */
@Singleton
public final class FigureStore {
  private static final List<String> TABLES =
      List.of("use_minutes", "use_hours", "level_minutes", "level_hours");

  private static final String WRITE_USE =
      """
      INSERT INTO use_minutes (tenant, tenant_uid, minute, module, type, process,
                               hits, misses, rejected, read_bytes, writes, written_bytes,
                               read_micros, slow_reads, write_micros, slow_writes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, minute, module, type, process) DO UPDATE SET
        hits = excluded.hits, misses = excluded.misses, rejected = excluded.rejected,
        read_bytes = excluded.read_bytes, writes = excluded.writes,
        written_bytes = excluded.written_bytes,
        read_micros = excluded.read_micros, slow_reads = excluded.slow_reads,
        write_micros = excluded.write_micros, slow_writes = excluded.slow_writes
      """;

  private static final String WRITE_LEVEL =
      """
      INSERT INTO level_minutes (tenant, tenant_uid, minute, keys, bytes, evicted, expired)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, minute) DO UPDATE SET
        keys = excluded.keys, bytes = excluded.bytes, evicted = excluded.evicted,
        expired = excluded.expired
      """;

  private static final String ROLL_USE =
      """
      WITH done AS (DELETE FROM use_minutes WHERE minute < ? RETURNING *)
      INSERT INTO use_hours AS hours (tenant, tenant_uid, hour, module, type,
                                      hits, misses, rejected, read_bytes, writes, written_bytes,
                                      read_micros, slow_reads, write_micros, slow_writes)
      SELECT min(tenant), tenant_uid, date_trunc('hour', minute, 'UTC'), module, type,
             sum(hits), sum(misses), sum(rejected), sum(read_bytes), sum(writes), sum(written_bytes),
             sum(read_micros), sum(slow_reads), sum(write_micros), sum(slow_writes)
        FROM done
       GROUP BY 2, 3, 4, 5
       ORDER BY 2, 3, 4, 5
      ON CONFLICT (tenant_uid, hour, module, type) DO UPDATE SET
        hits = hours.hits + excluded.hits, misses = hours.misses + excluded.misses,
        rejected = hours.rejected + excluded.rejected,
        read_bytes = hours.read_bytes + excluded.read_bytes,
        writes = hours.writes + excluded.writes,
        written_bytes = hours.written_bytes + excluded.written_bytes,
        read_micros = hours.read_micros + excluded.read_micros,
        slow_reads = hours.slow_reads + excluded.slow_reads,
        write_micros = hours.write_micros + excluded.write_micros,
        slow_writes = hours.slow_writes + excluded.slow_writes
      """;

  private static final String ROLL_LEVELS =
      """
      WITH done AS (DELETE FROM level_minutes WHERE minute < ? RETURNING *)
      INSERT INTO level_hours AS hours (tenant, tenant_uid, hour, minute, keys, bytes, evicted,
                                        expired)
      SELECT DISTINCT ON (tenant_uid, date_trunc('hour', minute, 'UTC'))
             tenant, tenant_uid, date_trunc('hour', minute, 'UTC'), minute, keys, bytes, evicted,
             expired
        FROM done
       ORDER BY tenant_uid, date_trunc('hour', minute, 'UTC'), minute DESC
      ON CONFLICT (tenant_uid, hour) DO UPDATE SET
        minute = excluded.minute, keys = excluded.keys, bytes = excluded.bytes,
        evicted = excluded.evicted, expired = excluded.expired
      WHERE hours.minute <= excluded.minute
      """;

  private final Database database;

  FigureStore(Database database) {
    this.database = database;
  }

  /** Writes what a process has counted; each row replaces what it wrote of that minute before. */
  void writeUses(UUID process, List<Minutes.Row> rows) {
    List<List<Object>> parameters = rows.stream().map(row -> parameters(process, row)).toList();
    database.runInPlatform(tx -> tx.batch(WRITE_USE, parameters));
  }

  private static List<Object> parameters(UUID process, Minutes.Row row) {
    Namespace namespace = row.namespace();
    Use use = row.use();
    return List.of(
        namespace.tenant().value(),
        namespace.uid().value(),
        row.minute(),
        namespace.module(),
        namespace.type(),
        process,
        use.hits(),
        use.misses(),
        use.rejected(),
        use.readBytes(),
        use.writes(),
        use.writtenBytes(),
        use.times().readMicros(),
        use.times().slowReads(),
        use.times().writeMicros(),
        use.times().slowWrites());
  }

  /** Writes what tenants hold in a minute, in place of what was seen earlier in it. */
  void writeLevels(Instant now, List<Level> levels) {
    Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
    List<List<Object>> parameters =
        levels.stream()
            .map(
                each ->
                    List.<Object>of(
                        each.tenant().value(),
                        each.uid().value(),
                        minute,
                        each.keys(),
                        each.bytes(),
                        each.evicted(),
                        each.expired()))
            .toList();
    database.runInPlatform(tx -> tx.batch(WRITE_LEVEL, parameters));
  }

  /** Makes hours of the minutes before an instant, each minute once, whoever else does the same. */
  void roll(Instant before) {
    database.runInPlatform(
        tx -> {
          tx.update(ROLL_USE, before);
          tx.update(ROLL_LEVELS, before);
        });
  }

  /** Deletes the hours before an instant. */
  void forget(Instant before) {
    database.runInPlatform(
        tx -> {
          tx.update("DELETE FROM use_hours WHERE hour < ?", before);
          tx.update("DELETE FROM level_hours WHERE hour < ?", before);
        });
  }

  /** How many rows there are of a tenant, by table, such as {@code cache.use_hours}. */
  public Map<String, Long> count(TenantId id, TenantUid uid) {
    return database.inTenant(
        id,
        tx -> {
          Map<String, Long> counts = new TreeMap<>();
          for (String table : TABLES) {
            counts.put(
                "cache." + table,
                tx.count("SELECT count(*) FROM " + table + " WHERE tenant_uid = ?", uid.value()));
          }
          return counts;
        });
  }

  /** Takes out all rows of a tenant. */
  public void erase(TenantId id, TenantUid uid) {
    database.runInTenant(
        id,
        tx -> {
          for (String table : TABLES) {
            tx.update("DELETE FROM " + table + " WHERE tenant_uid = ?", uid.value());
          }
        });
  }
}
