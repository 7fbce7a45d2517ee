package dev.kryonix.gateway.upstream;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.server.EventLoops;
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

/**
 * Ends a stream when its caller's right to it ends: with the token that opened it, or when the
 * tenant is no longer served.
 */
@Singleton
public final class CallExpiry {
  private final EventLoops loops;
  private final RunningStreams running;
  private final InstantSource clock;

  CallExpiry(EventLoops loops, RunningStreams running, InstantSource clock) {
    this.loops = loops;
    this.running = running;
    this.clock = clock;
  }

  /**
   * The call, cancelled at the token's expiry, when its caller sees UNAUTHENTICATED; or when the
   * tenant that it needs is suspended or deleted, or the token revoked, when it sees why.
   */
  public ClientCall<Frame, Frame> bound(
      ClientCall<Frame, Frame> call, Optional<Principal> principal, boolean tenantBound) {
    return principal.isEmpty() ? call : new Bound(call, principal.get(), tenantBound);
  }

  private static ServiceException expired() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
        "The token has expired; open the stream again with a new one.");
  }

  private final class Bound extends SimpleForwardingClientCall<Frame, Frame> {
    private final Instant expiry;
    private final Optional<RunningStreams.Stream> inTenant;
    private @Nullable Future<?> end;
    private boolean closed;
    private volatile boolean ended;

    Bound(ClientCall<Frame, Frame> call, Principal caller, boolean tenantBound) {
      super(call);
      this.expiry = caller.expiresAt();
      this.inTenant =
          tenantBound && caller.tenant().isPresent()
              ? Optional.of(
                  new RunningStreams.Stream(
                      caller, refusal -> end("the tenant is not served", refusal)))
              : Optional.empty();
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

    private void end(String why, ServiceException refusal) {
      ended = true;
      cancel(why, refusal);
    }

    @Override
    public void sendMessage(Frame message) {
      unlessEnded(() -> super.sendMessage(message));
    }

    @Override
    public void halfClose() {
      unlessEnded(super::halfClose);
    }

    /** The end may come from another thread at any moment; what is sent then is for nobody. */
    private void unlessEnded(Runnable step) {
      try {
        step.run();
      } catch (IllegalStateException e) {
        if (!ended) {
          throw e;
        }
      }
    }

    private void arm() {
      armExpiry();
      inTenant.ifPresent(running::started);
      synchronized (this) {
        if (closed) {
          // It was closed before it was noted, and nobody else would forget it.
          inTenant.ifPresent(running::closed);
        }
      }
    }

    private synchronized void armExpiry() {
      if (!closed) {
        long millis = Math.max(0, Duration.between(clock.instant(), expiry).toMillis());
        end =
            loops
                .group()
                .schedule(
                    () -> end("the token has expired", expired()), millis, TimeUnit.MILLISECONDS);
      }
    }

    private synchronized void disarm() {
      closed = true;
      if (end != null) {
        end.cancel(false);
      }
      inTenant.ifPresent(running::closed);
    }
  }
}
