package dev.kryonix.backup.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.kryonix.backup.repository.SealedObject.Kind;
import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads chunks by id, proving each against its id. Keeps a few packs open. Not thread-safe. */
final class ChunkReader {
  private static final int OPEN_PACKS = 8;

  private final TenantUid tenant;
  private final FileObjects objects;
  private final RepositoryKeys keys;
  private final ChunkIndex index;
  private final ChunkNames names;
  private final Map<ObjectId, SealedReader> open =
      new LinkedHashMap<>(OPEN_PACKS, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, SealedReader> eldest) {
          return size() > OPEN_PACKS;
        }
      };
  private long chunksRead;

  ChunkReader(TenantUid tenant, FileObjects objects, RepositoryKeys keys, ChunkIndex index) {
    this.tenant = tenant;
    this.objects = objects;
    this.keys = keys;
    this.index = index;
    this.names = new ChunkNames(keys.idKey());
  }

  long chunksRead() {
    return chunksRead;
  }

  byte[] read(ChunkId id) throws IOException {
    ChunkLocation location = location(id);
    SealedReader pack = pack(location.pack());
    byte[] stored = pack.read(location.offset(), location.storedLength());
    byte[] chunk = location.compressed() ? unpack(pack.name(), stored, location) : stored;
    if (!names.of(chunk, 0, chunk.length).equals(id)) {
      throw new CorruptObjectException(pack.name(), "holds other bytes for chunk " + id);
    }
    chunksRead++;
    return chunk;
  }

  /** Checks that the chunk has a place in a pack whose prefix, trailer and length are right. */
  void locate(ChunkId id) throws IOException {
    ChunkLocation location = location(id);
    pack(location.pack());
  }

  private ChunkLocation location(ChunkId id) throws CorruptObjectException {
    return index
        .find(id)
        .orElseThrow(() -> new CorruptObjectException(Repository.INDEX, "lacks chunk " + id));
  }

  private SealedReader pack(ObjectId id) throws IOException {
    SealedReader pack = open.get(id);
    if (pack == null) {
      pack = SealedReader.open(objects, Kind.PACK, tenant, Repository.packName(id), keys);
      open.put(id, pack);
    }
    return pack;
  }

  private static byte[] unpack(String pack, byte[] stored, ChunkLocation location)
      throws CorruptObjectException {
    try {
      return Zstd.decompress(stored, location.length());
    } catch (ZstdException e) {
      throw new CorruptObjectException(pack, "holds a chunk that does not unpack", e);
    }
  }
}
