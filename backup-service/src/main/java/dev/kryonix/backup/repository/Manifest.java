package dev.kryonix.backup.repository;

import com.google.protobuf.ByteString;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a backup consists of; written last, so that a backup without one never was.
 *
 * @param modules the modules that the backup was limited to; empty means all
 * @param previous the manifest that was the newest when this one was made
 */
public record Manifest(
    UUID backup,
    TenantUid tenant,
    Instant time,
    List<String> modules,
    List<Source> sources,
    Optional<Link> previous) {

  public Manifest {
    modules = List.copyOf(modules);
    sources = List.copyOf(sources);
  }

  /** Another manifest, by its backup and the SHA-256 of its encoding. */
  public record Link(UUID backup, ByteString hash) {}

  /**
   * One source's records as of one point.
   *
   * @param format the source's version of its record encoding
   * @param position where the source's changes continue
   * @param digest the digest of the export's footer
   */
  public record Source(
      String name, int format, String position, Instant time, Content content, ByteString digest) {}

  /** The records of a source: how many per collection, how many bytes, and where they are. */
  public record Content(SortedMap<String, Long> counts, long bytes, ChunkTree tree) {
    public Content {
      counts = new TreeMap<>(counts);
    }

    /** The number of records over all collections. */
    public long records() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** The source of that name, if the backup holds it. */
  public Optional<Source> source(String name) {
    return sources.stream().filter(source -> source.name().equals(name)).findFirst();
  }
}
