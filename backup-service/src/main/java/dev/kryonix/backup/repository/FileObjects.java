package dev.kryonix.backup.repository;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files of one folder. An object appears whole and durable, or not at all: it is written
 * beside, the file is synced, renamed, and its folder synced. Folders are 0700, files 0600. A
 * failed sync is never retried, because the kernel may have dropped the pages and would report
 * success: the object is given up.
 */
public class FileObjects {
  private static final FileAttribute<?> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final String UNFINISHED = "tmp";
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  /** Writes an object's bytes. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private final Path root;

  FileObjects(Path root) {
    this.root = root;
  }

  /** Opens the folder, making it when it is missing. */
  public static FileObjects in(Path root) throws IOException {
    FileObjects objects = new FileObjects(root);
    objects.folder(root.resolve(UNFINISHED));
    objects.removeAbandoned();
    return objects;
  }

  /** Writes an object, replacing one of the same name. */
  void put(String name, Content content) throws IOException {
    Path target = root.resolve(name);
    Path unfinished = write(content);
    try {
      folder(parent(target));
      commit(unfinished, target);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Writes an object unless there is one of that name; says whether it did. */
  boolean putIfAbsent(String name, Content content) throws IOException {
    Path target = root.resolve(name);
    Path unfinished = write(content);
    try {
      folder(parent(target));
      commitNew(unfinished, target);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Makes a synced file the object. Tests override it to crash here. */
  void commit(Path unfinished, Path target) throws IOException {
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    sync(parent(target));
  }

  /** The same, failing when the object exists: a link, unlike a rename, does not replace. */
  void commitNew(Path unfinished, Path target) throws IOException {
    Files.createLink(target, unfinished);
    sync(parent(target));
  }

  boolean exists(String name) {
    return Files.isRegularFile(root.resolve(name));
  }

  /** The object's size. */
  long size(String name) throws IOException {
    try {
      return Files.size(root.resolve(name));
    } catch (NoSuchFileException e) {
      throw new CorruptObjectException(name, "is missing", e);
    }
  }

  /** Reads exactly so many bytes. */
  byte[] read(String name, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try (FileChannel file = FileChannel.open(root.resolve(name), StandardOpenOption.READ)) {
      while (buffer.hasRemaining()) {
        if (file.read(buffer, offset + buffer.position()) < 0) {
          throw new CorruptObjectException(name, "ends before byte " + (offset + length));
        }
      }
    } catch (NoSuchFileException e) {
      throw new CorruptObjectException(name, "is missing", e);
    }
    return bytes;
  }

  /** Reads a small object whole. */
  byte[] readAll(String name) throws IOException {
    return read(name, 0, Math.toIntExact(size(name)));
  }

  /** The names of the objects below a folder, sorted. */
  List<String> list(String folder) throws IOException {
    Path start = root.resolve(folder);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Deletes an object; says whether there was one. */
  boolean delete(String name) throws IOException {
    Path target = root.resolve(name);
    boolean existed = Files.deleteIfExists(target);
    if (existed) {
      sync(parent(target));
    }
    return existed;
  }

  /** How many files there are, of whatever kind. */
  long count() throws IOException {
    if (!Files.exists(root)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  /** How many bytes all files have; one that goes meanwhile has none. */
  long size() throws IOException {
    if (!Files.exists(root)) {
      return 0;
    }
    LongAdder bytes = new LongAdder();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes.add(attributes.size());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
    return bytes.sum();
  }

  /** Deletes everything, the folder included. */
  public void erase() throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
    sync(parent(root));
  }

  /** Removes unfinished files that are too old for anybody to be writing them still. */
  private void removeAbandoned() throws IOException {
    Instant oldest = Instant.now().minus(ABANDONED_AFTER);
    try (Stream<Path> files = Files.list(root.resolve(UNFINISHED))) {
      for (Path file : files.toList()) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException e) {
          // Its writer has just made it an object.
        }
      }
    }
  }

  private Path write(Content content) throws IOException {
    Path unfinished = root.resolve(UNFINISHED).resolve(UUID.randomUUID().toString());
    boolean written = false;
    try (FileChannel file =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PRIVATE_FILE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), 1 << 17);
      content.writeTo(out);
      out.flush();
      file.force(true);
      written = true;
    } finally {
      if (!written) {
        Files.deleteIfExists(unfinished);
      }
    }
    return unfinished;
  }

  /** Makes a folder and what is missing above it, durably. */
  private void folder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path above = parent(folder);
    folder(above);
    try {
      Files.createDirectory(folder, PRIVATE_FOLDER);
    } catch (FileAlreadyExistsException e) {
      return;
    }
    sync(above);
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException(path + " has no folder above it");
    }
    return parent;
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
