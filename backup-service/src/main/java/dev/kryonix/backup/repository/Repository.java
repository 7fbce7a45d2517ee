package dev.kryonix.backup.repository;

import com.google.protobuf.ByteString;
import dev.kryonix.backup.chunking.GearTable;
import dev.kryonix.backup.repository.SealedObject.Kind;
import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.SecretKey;

/**
 * One tenant's repository. Objects are immutable once written, but for the keyring: packs, then
 * index segments, then the manifest. Whatever a crash cuts off is a pack or index segment that
 * nothing refers to.
 */
public final class Repository {
  static final String MANIFESTS = "manifests";
  static final String INDEX = "index";
  static final String PACKS = "packs";
  private static final int SIGNATURE_BYTES = 32;

  private final TenantUid tenant;
  private final FileObjects objects;
  private final RepositoryKeys keys;
  private final GearTable gears;
  private final SecretKey signingKey;
  private final SecureRandom random;

  private Repository(
      TenantUid tenant, FileObjects objects, RepositoryKeys keys, SecureRandom random) {
    this.tenant = tenant;
    this.objects = objects;
    this.keys = keys;
    this.random = random;
    this.gears = GearTable.of(keys.gearKey().getEncoded());
    this.signingKey =
        RepositoryKeys.of(
            Hashes.derive(keys.idKey(), new byte[0], "kryonix repository v1 signature"));
  }

  /**
   * Opens a tenant's repository, making its keyring in an empty folder.
   *
   * @param tenantKeys the tenant's own keys, the newest first
   */
  public static Repository open(
      TenantUid tenant, FileObjects objects, List<TenantKey> tenantKeys, SecureRandom random)
      throws IOException {
    RepositoryKeys keys = new Keyring(tenant, objects, random).open(tenantKeys);
    return new Repository(tenant, objects, keys, random);
  }

  public TenantUid tenant() {
    return tenant;
  }

  /** Begins to store; nothing of it counts before {@link #commit}. */
  public RepositoryWriter writer() throws IOException {
    return new RepositoryWriter(this, index());
  }

  /** Opens what manifests refer to, as of now. */
  public RepositoryReader reader() throws IOException {
    return new RepositoryReader(new ChunkReader(tenant, objects, keys, index()), random);
  }

  /**
   * Makes a backup: the manifest is written, synced, and read back. Returns the SHA-256 of its
   * encoding.
   */
  public ByteString commit(Manifest manifest) throws IOException {
    byte[] encoded = ManifestFormat.encode(manifest);
    byte[] body = Arrays.copyOf(encoded, encoded.length + SIGNATURE_BYTES);
    System.arraycopy(sign(encoded), 0, body, encoded.length, SIGNATURE_BYTES);
    String name = manifestName(manifest.backup());
    SealedObject object = object(Kind.MANIFEST, name, ObjectId.random(random));
    if (!objects.putIfAbsent(name, out -> writeBody(out, object, body))) {
      throw new IOException("there is a manifest of backup " + manifest.backup() + " already");
    }
    if (!manifest(manifest.backup()).equals(manifest)) {
      throw new CorruptObjectException(name, "reads back differently");
    }
    return hash(encoded);
  }

  /** The manifest of a backup, authentic and of this tenant. */
  public Manifest manifest(UUID backup) throws IOException {
    String name = manifestName(backup);
    SealedReader reader = SealedReader.open(objects, Kind.MANIFEST, tenant, name, keys);
    byte[] body = reader.head();
    int length = Math.max(0, body.length - SIGNATURE_BYTES);
    byte[] encoded = Arrays.copyOf(body, length);
    byte[] signature = Arrays.copyOfRange(body, length, body.length);
    if (!MessageDigest.isEqual(sign(encoded), signature)) {
      throw new CorruptObjectException(name, "has a wrong signature");
    }
    Manifest manifest = ManifestFormat.decode(encoded);
    if (!manifest.backup().equals(backup) || !manifest.tenant().equals(tenant)) {
      throw new CorruptObjectException(name, "belongs to another backup");
    }
    return manifest;
  }

  /** The link to a manifest of this repository. */
  public Manifest.Link link(UUID backup) throws IOException {
    return new Manifest.Link(backup, hash(ManifestFormat.encode(manifest(backup))));
  }

  /** The backups that have a manifest. */
  public List<UUID> backups() throws IOException {
    return objects.list(MANIFESTS).stream()
        .map(name -> UUID.fromString(name.substring(MANIFESTS.length() + 1)))
        .toList();
  }

  /**
   * Deletes a backup's manifest; its chunks stay for the backups that share them, and for pruning.
   */
  public boolean delete(UUID backup) throws IOException {
    return objects.delete(manifestName(backup));
  }

  /** The bytes of all packs. */
  public long storedBytes() throws IOException {
    long bytes = 0;
    for (String name : objects.list(PACKS)) {
      bytes += objects.size(name);
    }
    return bytes;
  }

  /** Checks every byte of every pack, and that each pack's head can be read. */
  long checkPacks() throws IOException {
    long packs = 0;
    for (String name : objects.list(PACKS)) {
      SealedReader pack = SealedReader.open(objects, Kind.PACK, tenant, name, keys);
      PackBuilder.entries(pack);
      pack.check();
      packs++;
    }
    return packs;
  }

  /**
   * Checks every byte of every index segment; a damaged one costs time only, as it can be made
   * again.
   */
  long checkIndex() throws IOException {
    long segments = 0;
    for (String name : objects.list(INDEX)) {
      SealedReader.open(objects, Kind.INDEX, tenant, name, keys).check();
      segments++;
    }
    return segments;
  }

  GearTable gears() {
    return gears;
  }

  SecureRandom random() {
    return random;
  }

  ChunkNames names() {
    return new ChunkNames(keys.idKey());
  }

  /** Stores a finished pack and returns its id. */
  ObjectId put(PackBuilder pack) throws IOException {
    ObjectId id = ObjectId.random(random);
    SealedObject object = object(Kind.PACK, packName(id), id);
    objects.put(object.name(), out -> pack.writeTo(out, object, keys));
    return id;
  }

  long packSize(ObjectId pack) throws IOException {
    return objects.size(packName(pack));
  }

  /** Stores an index segment. */
  void put(ChunkIndex segment) throws IOException {
    ObjectId id = ObjectId.random(random);
    SealedObject object = object(Kind.INDEX, INDEX + "/" + id, id);
    byte[] body = segment.encode();
    objects.put(object.name(), out -> writeBody(out, object, body));
  }

  /**
   * The index of all packs: from its segments, or from the packs themselves when a segment is
   * damaged.
   */
  private ChunkIndex index() throws IOException {
    List<ChunkIndex> segments = new ArrayList<>();
    try {
      for (String name : objects.list(INDEX)) {
        SealedReader reader = SealedReader.open(objects, Kind.INDEX, tenant, name, keys);
        segments.add(ChunkIndex.decode(reader.head()));
      }
      return ChunkIndex.merge(segments);
    } catch (CorruptObjectException e) {
      return indexOfPacks();
    }
  }

  private ChunkIndex indexOfPacks() throws IOException {
    Map<ObjectId, List<PackEntry>> packs = new LinkedHashMap<>();
    for (String name : objects.list(PACKS)) {
      ObjectId id = ObjectId.parse(name.substring(name.lastIndexOf('/') + 1));
      packs.put(id, entries(name));
    }
    return ChunkIndex.of(packs);
  }

  /**
   * The entries of a pack; none when it is damaged, so that its chunks are found missing when they
   * are wanted.
   */
  private List<PackEntry> entries(String pack) throws IOException {
    try {
      return PackBuilder.entries(SealedReader.open(objects, Kind.PACK, tenant, pack, keys));
    } catch (CorruptObjectException e) {
      return Collections.emptyList();
    }
  }

  private SealedObject object(Kind kind, String name, ObjectId id) {
    return new SealedObject(kind, tenant, name, keys.currentEpoch(), id);
  }

  private void writeBody(OutputStream out, SealedObject object, byte[] body) throws IOException {
    SealedWriter writer = new SealedWriter(out, object, keys);
    writer.write(body);
    writer.pad();
    writer.finish(0, body.length);
  }

  private byte[] sign(byte[] encoded) {
    return Hashes.hmac(signingKey).doFinal(encoded);
  }

  private static ByteString hash(byte[] encoded) {
    return ByteString.copyFrom(Hashes.sha256().digest(encoded));
  }

  private static String manifestName(UUID backup) {
    return MANIFESTS + "/" + backup;
  }

  static String packName(ObjectId id) {
    String hex = id.toString();
    return PACKS + "/" + hex.substring(0, 2) + "/" + hex;
  }
}
