package dev.kryonix.gateway.upstream;

import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * A codec that leaves compressed messages as they are, under the name of the real one: gRPC sees
 * the name and the flag of each message, and passes the bytes on.
 */
public final class Untouched implements Codec {
  private static final String GZIP = "gzip";
  private static final List<String> NAMES = List.of(GZIP, "deflate", "snappy", "zstd", "br");

  private final String name;

  private Untouched(String name) {
    this.name = name;
  }

  /**
   * What messages may come in. Only gzip is offered to a service, as it is what the transcoder
   * reads.
   */
  public static DecompressorRegistry decompressors() {
    DecompressorRegistry registry =
        DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);
    for (String name : NAMES) {
      registry = registry.with(new Untouched(name), name.equals(GZIP));
    }
    return registry;
  }

  /** What messages may go out. */
  public static CompressorRegistry compressors() {
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    registry.register(Codec.Identity.NONE);
    NAMES.forEach(name -> registry.register(new Untouched(name)));
    return registry;
  }

  @Override
  public String getMessageEncoding() {
    return name;
  }

  @Override
  public InputStream decompress(InputStream compressed) {
    return compressed;
  }

  @Override
  public OutputStream compress(OutputStream compressed) {
    return compressed;
  }
}
