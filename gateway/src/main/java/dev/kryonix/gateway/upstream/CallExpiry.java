package dev.kryonix.gateway.upstream;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.netty.util.concurrent.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends a stream when the token that opened it ends. */
@Singleton
public final class CallExpiry {
  private final EventLoops loops;
  private final InstantSource clock;

  CallExpiry(EventLoops loops, InstantSource clock) {
    this.loops = loops;
    this.clock = clock;
  }

  /** The call, cancelled at the token's expiry; its caller then sees UNAUTHENTICATED. */
  public ClientCall<Frame, Frame> bound(
      ClientCall<Frame, Frame> call, Optional<Principal> principal) {
    return principal.isEmpty() ? call : new Bound(call, principal.get().expiresAt());
  }

  private static ServiceException expired() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
        "The token has expired; open the stream again with a new one.");
  }

  private final class Bound extends SimpleForwardingClientCall<Frame, Frame> {
    private final Instant expiry;
    private @Nullable Future<?> end;
    private boolean closed;

    Bound(ClientCall<Frame, Frame> call, Instant expiry) {
      super(call);
      this.expiry = expiry;
    }

    @Override
    public void start(Listener<Frame> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              disarm();
              super.onClose(status, trailers);
            }
          },
          headers);
      // Armed last: a call cannot be cancelled before it is started.
      arm();
    }

    private synchronized void arm() {
      if (!closed) {
        long millis = Math.max(0, Duration.between(clock.instant(), expiry).toMillis());
        end =
            loops
                .group()
                .schedule(
                    () -> cancel("the token has expired", expired()),
                    millis,
                    TimeUnit.MILLISECONDS);
      }
    }

    private synchronized void disarm() {
      closed = true;
      if (end != null) {
        end.cancel(false);
      }
    }
  }
}
