package dev.kryonix.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RepositoryTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final TenantUid TENANT = new TenantUid(new UUID(1, 2));
  private static final TenantKey KEY = key("k1", 1);

  private final Path folder;

  RepositoryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void streamsComeBackAsTheyWere() throws IOException {
    Repository repository = open();
    byte[] rows = rows(3_000_000);
    byte[] noise = random(5, 700_000);

    Manifest manifest = backUp(repository, rows, noise);

    Manifest read = open().manifest(manifest.backup());
    assertThat(read).isEqualTo(manifest);
    assertThat(contents(open(), read)).containsExactly(rows, noise);
  }

  @Test
  void secondBackupOfTheSameDataStoresNextToNothing() throws IOException {
    byte[] rows = rows(3_000_000);
    backUp(open(), rows);
    byte[] edited = rows.clone();
    edited[1_500_000] ^= 1;

    try (RepositoryWriter writer = open().writer()) {
      store(writer, edited);
      writer.finish();

      assertThat(writer.stored().newChunks()).isBetween(1L, 6L);
      assertThat(writer.stored().chunks()).isGreaterThan(20);
    }
  }

  @Test
  void streamWithMoreChunksThanAManifestHoldsBecomesATree() throws IOException {
    Repository repository = open();
    byte[] noise = random(11, 110_000_000);

    Manifest manifest = backUp(repository, noise);

    assertThat(manifest.sources().getFirst().content().tree().depth()).isEqualTo(1);
    assertThat(contents(open(), manifest)).containsExactly(noise);
  }

  @Test
  void emptyStreamComesBackEmpty() throws IOException {
    Manifest manifest = backUp(open(), new byte[0]);

    assertThat(contents(open(), manifest)).containsExactly(new byte[0]);
  }

  @Test
  void everyDamagedByteIsDetected() throws IOException {
    Manifest manifest = backUp(open(), random(3, 30_000));
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int at = 0; at < whole.length; at += at < 200 || at > whole.length - 200 ? 1 : 97) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 0x10;
        Files.write(file, damaged);
        assertThatThrownBy(() -> readEverything(manifest))
            .as("byte %d of %s", at, folder.relativize(file))
            .isInstanceOf(IOException.class)
            .matches(
                e -> e instanceof CorruptObjectException || e instanceof KeysDestroyedException);
      }
      Files.write(file, whole);
    }
    readEverything(manifest);
  }

  @Test
  void everyTruncationIsDetected() throws IOException {
    Manifest manifest = backUp(open(), random(3, 30_000));
    for (Path file : files()) {
      if (file.endsWith(Keyring.NAME)) {
        continue;
      }
      byte[] whole = Files.readAllBytes(file);
      for (int length : new int[] {0, 10, whole.length / 2, whole.length - 1}) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> readEverything(manifest))
            .as("%d bytes of %s", length, folder.relativize(file))
            .isInstanceOf(CorruptObjectException.class);
      }
      Files.write(file, whole);
    }
  }

  @Test
  void packPutInAnothersPlaceIsDetected() throws IOException {
    Manifest first = backUp(open(), random(1, 50_000));
    Path pack = packs().getFirst();
    backUp(open(), random(2, 50_000));
    Path other = packs().stream().filter(each -> !each.equals(pack)).findFirst().orElseThrow();

    Files.write(pack, Files.readAllBytes(other));

    assertThatThrownBy(() -> contents(open(), first)).isInstanceOf(CorruptObjectException.class);
  }

  @Test
  void anotherTenantsKeysOpenNothing() throws IOException {
    backUp(open(), rows(1000));

    assertThatThrownBy(() -> open(key("k1", 9))).isInstanceOf(CorruptObjectException.class);
    assertThatThrownBy(() -> open(key("k2", 1))).isInstanceOf(KeysDestroyedException.class);
  }

  @Test
  void rotatedTenantKeyRewritesTheKeyringOnly() throws IOException {
    byte[] rows = rows(100_000);
    Manifest manifest = backUp(open(), rows);
    TenantKey next = key("k2", 7);

    open(next, KEY);

    assertThat(contents(open(next), manifest)).containsExactly(rows);
    assertThatThrownBy(() -> open(KEY)).isInstanceOf(KeysDestroyedException.class);
  }

  @Test
  void lostKeyringIsNotReplacedWhileBackupsNeedIt() throws IOException {
    backUp(open(), rows(1000));
    Files.delete(folder.resolve("repository").resolve(Keyring.NAME));

    assertThatThrownBy(this::open).isInstanceOf(KeysDestroyedException.class);
  }

  @Test
  void damagedIndexIsRebuiltFromThePacks() throws IOException {
    byte[] rows = rows(500_000);
    Manifest manifest = backUp(open(), rows);
    Path index =
        files().stream()
            .filter(file -> file.toString().contains("/index/"))
            .findFirst()
            .orElseThrow();
    Files.write(index, new byte[] {1, 2, 3});

    assertThat(contents(open(), manifest)).containsExactly(rows);
  }

  @Test
  void backupWithTheSameIdIsRefused() throws IOException {
    Repository repository = open();
    Manifest manifest = backUp(repository, rows(1000));

    assertThatThrownBy(() -> repository.commit(manifest)).hasMessageContaining("already");
  }

  @Test
  void deletedBackupIsGoneAndOthersStay() throws IOException {
    Repository repository = open();
    byte[] rows = rows(200_000);
    Manifest first = backUp(repository, rows);
    Manifest second = backUp(repository, rows);

    assertThat(repository.delete(first.backup())).isTrue();

    assertThat(repository.backups()).containsExactly(second.backup());
    assertThat(contents(open(), second)).containsExactly(rows);
    assertThat(repository.delete(first.backup())).isFalse();
  }

  @Test
  void filesAndFoldersArePrivate() throws IOException {
    backUp(open(), rows(1000));
    try (Stream<Path> all = Files.walk(folder.resolve("repository"))) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void neitherContentNorSizesShow() throws IOException {
    backUp(open(), rows(200_000));
    for (Path file : packs()) {
      byte[] bytes = Files.readAllBytes(file);
      assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("customer");
      long body = (long) bytes.length - SealedObject.PREFIX_BYTES - SealedObject.TRAILER_BYTES;
      long segments = (body + 65_551) / 65_552;
      long plain = body - segments * SegmentCipher.TAG_BYTES;
      assertThat(SealedWriter.padme(plain)).isEqualTo(plain);
    }
  }

  @Test
  void unfinishedFilesOfACrashLongAgoAreRemovedAndFreshOnesLeftToTheirWriter() throws IOException {
    backUp(open(), rows(1000));
    Path old = Files.write(folder.resolve("repository/tmp/old"), new byte[3]);
    Path fresh = Files.write(folder.resolve("repository/tmp/fresh"), new byte[3]);
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    open();

    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void eraseLeavesNothing() throws IOException {
    backUp(open(), rows(1000));

    FileObjects.in(folder.resolve("repository")).erase();

    assertThat(folder.resolve("repository")).doesNotExist();
  }

  /** A crash after every step of a second backup, torn files included. */
  @Test
  void crashAnywhereLeavesARepositoryThatOpensWithEveryFinishedBackupIntact() throws IOException {
    byte[] old = rows(300_000);
    Manifest first = backUp(open(), old);
    byte[] fresh = random(21, 300_000);
    int crashes = 0;
    boolean finished = false;
    for (int step = 0; !finished; step++) {
      Path copy = folder.resolve("crash-" + step);
      copy(folder.resolve("repository"), copy);
      finished = backUpWithCrash(copy, step, fresh);
      crashes += finished ? 0 : 1;

      Repository survivor = Repository.open(TENANT, FileObjects.in(copy), List.of(KEY), RANDOM);
      assertThat(contents(survivor, survivor.manifest(first.backup()))).containsExactly(old);
      for (UUID backup : survivor.backups()) {
        contents(survivor, survivor.manifest(backup));
      }
      Manifest next = backUp(survivor, fresh, old);
      assertThat(contents(survivor, next)).containsExactly(fresh, old);
    }
    assertThat(crashes)
        .as("a pack, an index segment, a manifest, each before and after")
        .isEqualTo(6);
  }

  private static boolean backUpWithCrash(Path root, int step, byte[] data) throws IOException {
    CrashingObjects objects = new CrashingObjects(root, step);
    try {
      backUp(Repository.open(TENANT, objects, List.of(KEY), RANDOM), data);
      return true;
    } catch (CrashingObjects.Crash e) {
      return false;
    }
  }

  /** Dies at a chosen rename or link: before it, leaving half of the file, or right after it. */
  private static final class CrashingObjects extends FileObjects {
    private int left;

    private static final class Crash extends Error {
      private static final long serialVersionUID = 1;
    }

    private CrashingObjects(Path root, int left) {
      super(root);
      this.left = left;
    }

    @Override
    void commit(Path unfinished, Path target) throws IOException {
      before(unfinished);
      super.commit(unfinished, target);
      after();
    }

    @Override
    void commitNew(Path unfinished, Path target) throws IOException {
      before(unfinished);
      super.commitNew(unfinished, target);
      after();
    }

    private void before(Path unfinished) throws IOException {
      if (left-- == 0) {
        byte[] whole = Files.readAllBytes(unfinished);
        Path torn = unfinished.resolveSibling("torn");
        Files.write(torn, Arrays.copyOf(whole, whole.length / 2));
        throw new Crash();
      }
    }

    private void after() {
      if (left-- == 0) {
        throw new Crash();
      }
    }
  }

  private Repository open() throws IOException {
    return open(KEY);
  }

  private Repository open(TenantKey... keys) throws IOException {
    FileObjects objects = FileObjects.in(folder.resolve("repository"));
    return Repository.open(TENANT, objects, List.of(keys), RANDOM);
  }

  private void readEverything(Manifest manifest) throws IOException {
    Repository repository = open();
    contents(repository, repository.manifest(manifest.backup()));
    repository.checkPacks();
    repository.checkIndex();
  }

  private static Manifest backUp(Repository repository, byte[]... streams) throws IOException {
    try (RepositoryWriter writer = repository.writer()) {
      List<Manifest.Source> sources = new ArrayList<>();
      for (byte[] stream : streams) {
        sources.add(store(writer, stream));
      }
      writer.finish();
      Manifest manifest =
          new Manifest(
              UUID.randomUUID(),
              TENANT,
              Instant.ofEpochSecond(1_700_000_000, 5),
              List.of("crm"),
              sources,
              Optional.of(new Manifest.Link(UUID.randomUUID(), ByteString.copyFrom(new byte[32]))));
      repository.commit(manifest);
      return manifest;
    }
  }

  private static Manifest.Source store(RepositoryWriter writer, byte[] data) throws IOException {
    StreamWriter stream = writer.stream();
    stream.write(data);
    Manifest.Content content =
        new Manifest.Content(new TreeMap<>(Map.of("rows", 3L)), stream.length(), stream.finish());
    return new Manifest.Source(
        "tenant", 1, "position", Instant.EPOCH, content, ByteString.copyFrom(new byte[32]));
  }

  private static List<byte[]> contents(Repository repository, Manifest manifest)
      throws IOException {
    RepositoryReader reader = repository.reader();
    List<byte[]> contents = new ArrayList<>();
    for (Manifest.Source source : manifest.sources()) {
      contents.add(reader.open(source.content().tree()).readAllBytes());
    }
    return contents;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("repository"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private List<Path> packs() throws IOException {
    return files().stream().filter(file -> file.toString().contains("/packs/")).toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static TenantKey key(String id, int seed) {
    return TenantKey.of(id, ByteBuffer.allocate(32).putInt(seed).array());
  }

  private static byte[] rows(int length) {
    StringBuilder rows = new StringBuilder();
    Random random = new Random(17);
    for (int i = 0; rows.length() < length; i++) {
      rows.append("customer ").append(i).append(' ').append(random.nextInt(1000)).append('\n');
    }
    return rows.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
