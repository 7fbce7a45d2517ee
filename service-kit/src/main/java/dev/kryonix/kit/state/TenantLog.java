package dev.kryonix.kit.state;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service has begun and made true, kept over its restarts so that it asks for a difference
 * and not for everything. A file to which records are added, the newest of a tenant counts; it is
 * rewritten when most of it is old, or when a tenant has been removed. Secrets are in it as they
 * came, sealed.
 *
 * <p>Nothing is synced to the disk: what a power cut takes is old knowledge, which tenant-service
 * compares by generation, so a log that is behind is as good as none. A file that cannot be written
 * costs a full sync at the next start.
 *
 * <p>A record is a length and a CRC-32C of four bytes each, then a DesiredTenant; one of generation
 * 0 has only been begun. Not safe for threads.
 */
final class TenantLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TenantLog.class);
  private static final byte[] MAGIC = "kryonix tenants 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final String NAME = "tenants.log";
  private static final int HEADER_BYTES = 8;
  private static final int MOST_RECORD_BYTES = 16 << 20;

  /** Up to so much of old records is never worth a rewriting. */
  private static final long LEAST_WASTE_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel lock;
  private final Map<TenantUid, Place> newest = new LinkedHashMap<>();
  private @Nullable FileChannel channel;
  private long end;
  private long live;

  private record Place(long position, int length) {}

  private TenantLog(Path file, FileChannel lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Opens the log in that folder, making both. Empty when it cannot be, or when another instance on
   * this machine has it.
   */
  static Optional<TenantLog> open(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel lock =
          FileChannel.open(
              folder.resolve(NAME + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(lock)) {
        lock.close();
        LOG.warn("another instance keeps its tenants in {}: this one keeps none", folder);
        return Optional.empty();
      }
      return Optional.of(new TenantLog(folder.resolve(NAME), lock));
    } catch (IOException e) {
      LOG.warn("tenants cannot be kept in {}", folder, e);
      return Optional.empty();
    }
  }

  private static boolean isLocked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** What was known when the log was last written. Called once, first. */
  List<DesiredTenant> load() {
    List<DesiredTenant> known = new ArrayList<>();
    try {
      FileChannel opened =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      channel = opened;
      known.addAll(read(opened));
    } catch (IOException e) {
      giveUp(e);
    }
    return known;
  }

  /** The tenant may have something in the engine from now on. */
  void begun(TenantUid uid, TenantId id) {
    if (!newest.containsKey(uid)) {
      append(uid, DesiredTenant.newBuilder().setUid(uid.toBytes()).setId(id.value()).build());
    }
  }

  void made(TenantView view) {
    append(view.uid(), StateProtos.desired(view));
  }

  /** Erases the tenant: a removed one leaves no record, old or new, with its sealed secrets. */
  void removed(TenantUid uid) {
    Place gone = newest.remove(uid);
    if (gone == null || channel == null) {
      return;
    }
    live -= gone.length();
    try {
      rewrite(channel);
    } catch (IOException e) {
      giveUp(e);
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
      lock.close();
    } catch (IOException e) {
      LOG.debug("{} was not closed", file, e);
    }
  }

  /** Reads the records up to the end, or up to the first that is torn, which is cut off. */
  private List<DesiredTenant> read(FileChannel from) throws IOException {
    Map<TenantUid, DesiredTenant> known = new LinkedHashMap<>();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    if (bytes.remaining() >= MAGIC.length && Arrays.equals(MAGIC, take(bytes, MAGIC.length))) {
      end = MAGIC.length;
      for (Optional<DesiredTenant> next = next(bytes); next.isPresent(); next = next(bytes)) {
        int length = bytes.position() - (int) end;
        put(known, next.get(), length);
        end = bytes.position();
      }
    } else {
      end = 0;
    }
    if (end < from.size()) {
      LOG.warn("{} is cut off at {} of {} bytes", file, end, from.size());
      from.truncate(end);
    }
    if (end == 0) {
      write(from, ByteBuffer.wrap(MAGIC));
    }
    return List.copyOf(known.values());
  }

  private void put(Map<TenantUid, DesiredTenant> known, DesiredTenant tenant, int length) {
    TenantUid uid = TenantUid.fromBytes(tenant.getUid());
    Place old = newest.remove(uid);
    live -= old == null ? 0 : old.length();
    known.remove(uid);
    known.put(uid, tenant);
    newest.put(uid, new Place(end, length));
    live += length;
  }

  private static Optional<DesiredTenant> next(ByteBuffer bytes) {
    if (bytes.remaining() < HEADER_BYTES) {
      return Optional.empty();
    }
    int length = bytes.getInt();
    int sum = bytes.getInt();
    if (length < 0 || length > MOST_RECORD_BYTES || length > bytes.remaining()) {
      return Optional.empty();
    }
    byte[] content = take(bytes, length);
    if (sum(content) != sum) {
      return Optional.empty();
    }
    try {
      return Optional.of(DesiredTenant.parseFrom(content));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private void append(TenantUid uid, DesiredTenant tenant) {
    if (channel == null) {
      return;
    }
    byte[] content = tenant.toByteArray();
    ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + content.length);
    record.putInt(content.length).putInt(sum(content)).put(content).flip();
    int length = record.remaining();
    try {
      long position = end;
      write(channel, record);
      Place old = newest.put(uid, new Place(position, length));
      live += length - (old == null ? 0 : old.length());
      if (end - live > Math.max(LEAST_WASTE_BYTES, live)) {
        rewrite(channel);
      }
    } catch (IOException e) {
      giveUp(e);
    }
  }

  private void rewrite(FileChannel from) throws IOException {
    Path fresh = file.resolveSibling(NAME + ".new");
    Files.deleteIfExists(fresh);
    FileChannel to =
        FileChannel.open(
            fresh,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    end = 0;
    write(to, ByteBuffer.wrap(MAGIC));
    for (Map.Entry<TenantUid, Place> each : newest.entrySet()) {
      Place place = each.getValue();
      ByteBuffer record = ByteBuffer.allocate(place.length());
      from.read(record, place.position());
      each.setValue(new Place(end, place.length()));
      write(to, record.flip());
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    channel = to;
    from.close();
  }

  private void write(FileChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      end += to.write(bytes, end);
    }
  }

  /** Better none than one with a hole. */
  private void giveUp(IOException e) {
    LOG.warn("tenants are not kept in {} any more", file, e);
    try {
      if (channel != null) {
        channel.close();
      }
      Files.deleteIfExists(file);
    } catch (IOException again) {
      LOG.debug("{} was not deleted", file, again);
    }
    channel = null;
  }

  private static byte[] take(ByteBuffer bytes, int length) {
    byte[] taken = new byte[length];
    bytes.get(taken);
    return taken;
  }

  private static int sum(byte[] content) {
    CRC32C sum = new CRC32C();
    sum.update(content);
    return (int) sum.getValue();
  }
}
