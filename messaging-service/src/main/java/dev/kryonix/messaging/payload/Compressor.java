package dev.kryonix.messaging.payload;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;

/** zstd, kept only when it makes a payload smaller. */
final class Compressor {
  private Compressor() {}

  /** The bytes compressed, or the same array when that is not smaller. */
  static byte[] compress(byte[] plain, CompressionLevel level) {
    if (level == CompressionLevel.NONE) {
      return plain;
    }
    byte[] compressed = Zstd.compress(plain, level.zstd());
    return compressed.length < plain.length ? compressed : plain;
  }

  /** The bytes that were compressed, which are exactly that many. */
  static byte[] decompress(byte[] compressed, int size) throws PayloadCorruptException {
    try {
      byte[] plain = Zstd.decompress(compressed, size);
      if (plain.length != size) {
        throw new PayloadCorruptException("decompresses to another size", null);
      }
      return plain;
    } catch (ZstdException e) {
      throw new PayloadCorruptException("does not decompress", e);
    }
  }
}
