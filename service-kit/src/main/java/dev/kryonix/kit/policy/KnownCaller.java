package dev.kryonix.kit.policy;

import dev.kryonix.kit.identity.Principal;
import io.grpc.Metadata;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hands on the caller who was found out before a call was given to what runs it, so that a token is
 * hashed once. It goes with the headers, which are all that gRPC hands on there, as an object that
 * no bytes can make: whatever a client sends under this name is nobody.
 */
public final class KnownCaller {
  static final Metadata.Key<Held> HEADER =
      Metadata.Key.of(
          "x-kryonix-known-caller-bin",
          new Metadata.BinaryStreamMarshaller<>() {
            @Override
            public InputStream toStream(Held held) {
              return held;
            }

            @Override
            public Held parseStream(InputStream stream) {
              return stream instanceof Held held ? held : new Held(Optional.empty());
            }
          });

  private KnownCaller() {}

  /** Notes who calls. */
  public static void put(Metadata headers, Principal caller) {
    headers.put(HEADER, new Held(Optional.of(caller)));
  }

  /** Who was noted last; it is gone from the headers then, with all that a client has sent. */
  static Optional<Principal> take(Metadata headers) {
    @Nullable Held held = headers.get(HEADER);
    if (held == null) {
      return Optional.empty();
    }
    headers.discardAll(HEADER);
    return held.caller;
  }

  /** An empty stream, as headers are to be, beside which the caller goes. */
  static final class Held extends ByteArrayInputStream {
    private final Optional<Principal> caller;

    Held(Optional<Principal> caller) {
      super(new byte[0]);
      this.caller = caller;
    }
  }
}
