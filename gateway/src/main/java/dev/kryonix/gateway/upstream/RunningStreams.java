package dev.kryonix.gateway.upstream;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.policy.TenantGate;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The streams that run now, by tenant. When something of a tenant changes, each of its streams is
 * asked again whether it may go on: so a suspension, a deletion or the revocation of its key ends
 * it as soon as the gateway learns of it. A tenant that is left alone costs nothing.
 */
@Singleton
final class RunningStreams {
  private static final Set<Code> ENDING = Set.of(Code.PERMISSION_DENIED, Code.UNAUTHENTICATED);

  private final Optional<TenantGate> tenants;
  private final Map<TenantId, Set<Stream>> running = new ConcurrentHashMap<>();

  RunningStreams(Optional<TenantGate> tenants) {
    this.tenants = tenants;
    tenants.ifPresent(gate -> gate.onChange(this::recheck));
  }

  /** A stream of a caller. Each is another, whatever its parts. */
  static final class Stream {
    private final Principal caller;
    private final Consumer<ServiceException> end;

    /**
     * @param caller who opened it, in a tenant
     * @param end ends it, with the refusal that its caller is to see
     */
    Stream(Principal caller, Consumer<ServiceException> end) {
      this.caller = caller;
      this.end = end;
    }
  }

  /** Watches over the stream, which has been started, until it is {@link #closed}. */
  void started(Stream stream) {
    TenantId tenant = stream.caller.requireTenant();
    running.compute(
        tenant,
        (id, streams) -> {
          Set<Stream> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
          all.add(stream);
          return all;
        });
    // What changed since the door let it in was told to nobody.
    recheck(stream);
  }

  /** Forgets the stream. */
  void closed(Stream stream) {
    running.computeIfPresent(
        stream.caller.requireTenant(),
        (id, streams) -> {
          streams.remove(stream);
          return streams.isEmpty() ? null : streams;
        });
  }

  private void recheck(TenantId tenant) {
    running.getOrDefault(tenant, Set.of()).forEach(this::recheck);
  }

  private void recheck(Stream stream) {
    tenants.ifPresent(
        gate -> {
          try {
            gate.admit(stream.caller);
          } catch (ServiceException refusal) {
            // That the control plane is out of reach lets nobody in, but ends nothing that runs.
            if (ENDING.contains(refusal.code())) {
              stream.end.accept(refusal);
            }
          }
        });
  }
}
