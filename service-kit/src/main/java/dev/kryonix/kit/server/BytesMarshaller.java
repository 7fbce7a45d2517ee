package dev.kryonix.kit.server;

import io.grpc.MethodDescriptor;
import java.io.InputStream;

/**
 * Messages as gRPC's own streams of bytes, handed through as they are: they know their length and
 * how to write themselves, which a buffer around them, as {@code useInputStreamMessages} puts it,
 * would hide, so that every byte were copied twice more. Nobody between the transport and the
 * parsing may read them.
 */
final class BytesMarshaller implements MethodDescriptor.Marshaller<InputStream> {
  @Override
  public InputStream stream(InputStream message) {
    return message;
  }

  @Override
  public InputStream parse(InputStream message) {
    return message;
  }
}
