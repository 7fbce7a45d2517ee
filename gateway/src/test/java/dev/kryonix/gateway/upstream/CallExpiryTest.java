package dev.kryonix.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.policy.TenantGate;
import dev.kryonix.kit.server.EventLoops;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CallExpiryTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final EventLoops LOOPS = new EventLoops();

  @Test
  void whatIsSentAfterTheTenantWasSuspendedIsForNobodyAndNoDefect() {
    TenantGate suspended =
        caller -> {
          throw ServiceException.of(
              Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_TENANT_SUSPENDED, "Suspended.");
        };
    ServiceCall upstream = new ServiceCall();
    ClientCall<Frame, Frame> call = bound(upstream, suspended);

    // Between the door and here it was suspended.
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(new Frame(new byte[0], false));
    call.halfClose();

    assertThat(upstream.cancelled).isInstanceOf(ServiceException.class);
  }

  @Test
  void whoeverCancelsItselfAndSendsOnIsWrong() {
    ServiceCall upstream = new ServiceCall();
    ClientCall<Frame, Frame> call = bound(upstream, caller -> caller);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.cancel("enough", new IllegalArgumentException());

    assertThatIllegalStateException().isThrownBy(call::halfClose);
  }

  private static ClientCall<Frame, Frame> bound(ServiceCall upstream, TenantGate gate) {
    CallExpiry expiry =
        new CallExpiry(LOOPS, new RunningStreams(Optional.of(gate)), InstantSource.fixed(NOW));
    Principal caller =
        new Principal(
            "key_1",
            Principal.Kind.TENANT,
            TenantId.parse("acme"),
            Optional.of(TenantUid.parse(UUID.randomUUID().toString())),
            Set.of(),
            Set.of(),
            "basic",
            NOW.plusSeconds(900),
            "t1",
            false);
    return expiry.bound(upstream, Optional.of(caller), true);
  }

  /** As grpc-java's calls, which take nothing after they were cancelled. */
  private static final class ServiceCall extends ClientCall<Frame, Frame> {
    private @Nullable Throwable cancelled;

    @Override
    public void start(Listener<Frame> listener, Metadata headers) {}

    @Override
    public void request(int messages) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      cancelled = cause;
    }

    @Override
    public void halfClose() {
      require();
    }

    @Override
    public void sendMessage(Frame message) {
      require();
    }

    private void require() {
      if (cancelled != null) {
        throw new IllegalStateException("call was cancelled");
      }
    }
  }
}
