package dev.kryonix.messaging.snapshot;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.snapshot.v1.Record;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Records put aside in a temporary file, so that a tenant's queues are held for as long as copying
 * them takes, and not for as long as the backup takes to read the copy. Each record is encrypted
 * under a key that is only in this object, and the file goes with the process or with {@link
 * #close}. Written by one thread, then read by any number.
 */
final class Spool implements AutoCloseable {
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int KEY_BITS = 256;
  private static final int BUFFER = 64 * 1024;

  private final FileChannel file;
  private final SecretKey key;
  private long end;
  private long written;

  private Spool(FileChannel file, SecretKey key) {
    this.file = file;
    this.key = key;
  }

  /** Records that follow each other: from which place, the first of which number, and how many. */
  record Section(long start, long first, long count) {}

  /** An empty one. */
  static Spool create() {
    try {
      KeyGenerator keys = KeyGenerator.getInstance("AES");
      keys.init(KEY_BITS);
      // Readable by its owner only, as all temporary files are.
      Path path = Files.createTempFile("kryonix-snapshot-", ".spool");
      return new Spool(
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE),
          keys.generateKey());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES is not to be had", e);
    } catch (IOException e) {
      throw SpoolErrors.noRoom(e);
    }
  }

  /** Begins a section, which all that is added from now on belongs to. */
  Section begin() {
    return new Section(end, written, 0);
  }

  void add(Record record) {
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, written, record.toByteArray());
    ByteBuffer entry =
        ByteBuffer.allocate(Integer.BYTES + sealed.length).putInt(sealed.length).put(sealed).flip();
    try {
      while (entry.hasRemaining()) {
        end += file.write(entry, end);
      }
    } catch (IOException e) {
      throw SpoolErrors.noRoom(e);
    }
    written++;
  }

  /** Ends the section. */
  Section end(Section begun) {
    return new Section(begun.start(), begun.first(), written - begun.first());
  }

  /** All of the records as a section of their own. */
  Section addAll(Iterator<Record> records) {
    Section begun = begin();
    records.forEachRemaining(this::add);
    return end(begun);
  }

  /** Reads a section from its begin. */
  Iterator<Record> read(Section section) {
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new From(section.start()), BUFFER));
    return new Iterator<>() {
      private long next;

      @Override
      public boolean hasNext() {
        return next < section.count();
      }

      @Override
      public Record next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        try {
          byte[] sealed = new byte[in.readInt()];
          in.readFully(sealed);
          return Record.parseFrom(crypt(Cipher.DECRYPT_MODE, section.first() + next++, sealed));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("what was written is no record", e);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The nonce is the record's number: a key is used in one spool only. */
  private byte[] crypt(int mode, long number, byte[] bytes) {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(number).array();
    try {
      Cipher cipher = Cipher.getInstance(TRANSFORMATION);
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      return cipher.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the spool does not open", e);
    }
  }

  /** The file from a place on; readers do not share a position. */
  private final class From extends InputStream {
    private long at;

    From(long start) {
      at = start;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = file.read(ByteBuffer.wrap(into, offset, length), at);
      at += Math.max(0, count);
      return count;
    }
  }
}
