package dev.kryonix.messaging.payload;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

/** zstd, kept only when it makes a payload smaller. */
final class Compressor {
  /** What is larger takes longer than setting a context up, and would leave a large one behind. */
  private static final int SMALL = 16 * 1024;

  private static final Resting<ZstdCompressCtx> COMPRESSING =
      new Resting<>(ZstdCompressCtx::new, ZstdCompressCtx::close);
  private static final Resting<ZstdDecompressCtx> DECOMPRESSING =
      new Resting<>(ZstdDecompressCtx::new, ZstdDecompressCtx::close);

  private Compressor() {}

  /** The bytes compressed, or the same array when that is not smaller. */
  static byte[] compress(byte[] plain, CompressionLevel level) {
    if (level == CompressionLevel.NONE) {
      return plain;
    }
    byte[] compressed =
        plain.length > SMALL
            ? Zstd.compress(plain, level.zstd())
            : COMPRESSING.use(context -> context.setLevel(level.zstd()).compress(plain));
    return compressed.length < plain.length ? compressed : plain;
  }

  /** The bytes that were compressed, which are exactly that many. */
  static byte[] decompress(byte[] compressed, int size) throws PayloadCorruptException {
    try {
      byte[] plain =
          size > SMALL
              ? Zstd.decompress(compressed, size)
              : DECOMPRESSING.use(context -> context.decompress(compressed, size));
      if (plain.length != size) {
        throw new PayloadCorruptException("decompresses to another size", null);
      }
      return plain;
    } catch (ZstdException e) {
      throw new PayloadCorruptException("does not decompress", e);
    }
  }
}
