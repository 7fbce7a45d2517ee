package dev.kryonix.backup.repository;

import com.google.protobuf.ByteString;
import dev.kryonix.kit.identity.TenantUid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The encoding of manifests: fields in order, numbers big-endian, lists and strings with their
 * lengths.
 */
final class ManifestFormat {
  private static final int VERSION = 1;
  private static final int HASH_BYTES = 32;

  private ManifestFormat() {}

  static byte[] encode(Manifest manifest) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(VERSION);
    write(out, manifest.backup());
    write(out, manifest.tenant().value());
    write(out, manifest.time());
    out.writeBoolean(manifest.previous().isPresent());
    if (manifest.previous().isPresent()) {
      Manifest.Link link = manifest.previous().get();
      write(out, link.backup());
      link.hash().writeTo(out);
    }
    out.writeInt(manifest.modules().size());
    for (String module : manifest.modules()) {
      out.writeUTF(module);
    }
    out.writeInt(manifest.sources().size());
    for (Manifest.Source source : manifest.sources()) {
      write(out, source);
    }
    return bytes.toByteArray();
  }

  static Manifest decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException("manifest version " + version + " is newer than this service");
    }
    UUID backup = readUuid(in);
    TenantUid tenant = new TenantUid(readUuid(in));
    Instant time = readInstant(in);
    Optional<Manifest.Link> previous =
        in.readBoolean()
            ? Optional.of(new Manifest.Link(readUuid(in), readHash(in)))
            : Optional.empty();
    List<String> modules = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      modules.add(in.readUTF());
    }
    List<Manifest.Source> sources = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      sources.add(readSource(in));
    }
    return new Manifest(backup, tenant, time, modules, sources, previous);
  }

  private static void write(DataOutputStream out, Manifest.Source source) throws IOException {
    out.writeUTF(source.name());
    out.writeInt(source.format());
    out.writeUTF(source.position());
    write(out, source.time());
    source.digest().writeTo(out);
    out.writeLong(source.content().bytes());
    out.writeInt(source.content().counts().size());
    for (var count : source.content().counts().entrySet()) {
      out.writeUTF(count.getKey());
      out.writeLong(count.getValue());
    }
    ChunkTree tree = source.content().tree();
    out.writeInt(tree.depth());
    out.writeInt(tree.roots().size());
    for (ChunkId root : tree.roots()) {
      out.write(root.toBytes());
    }
  }

  private static Manifest.Source readSource(DataInputStream in) throws IOException {
    String name = in.readUTF();
    int format = in.readInt();
    String position = in.readUTF();
    Instant time = readInstant(in);
    ByteString digest = readHash(in);
    long bytes = in.readLong();
    SortedMap<String, Long> counts = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      counts.put(in.readUTF(), in.readLong());
    }
    int depth = in.readInt();
    List<ChunkId> roots = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      roots.add(ChunkId.read(ByteBuffer.wrap(in.readNBytes(ChunkId.BYTES))));
    }
    Manifest.Content content = new Manifest.Content(counts, bytes, new ChunkTree(depth, roots));
    return new Manifest.Source(name, format, position, time, content, digest);
  }

  private static void write(DataOutputStream out, UUID uuid) throws IOException {
    out.writeLong(uuid.getMostSignificantBits());
    out.writeLong(uuid.getLeastSignificantBits());
  }

  private static UUID readUuid(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  private static void write(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  private static Instant readInstant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private static ByteString readHash(DataInputStream in) throws IOException {
    return ByteString.copyFrom(in.readNBytes(HASH_BYTES));
  }
}
