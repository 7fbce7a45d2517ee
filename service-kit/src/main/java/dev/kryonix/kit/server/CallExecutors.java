package dev.kryonix.kit.server;

import com.google.common.util.concurrent.MoreExecutors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TokenVerifier;
import dev.kryonix.kit.policy.ActingGate;
import dev.kryonix.kit.policy.CallerInterceptor;
import dev.kryonix.kit.policy.KnownCaller;
import dev.kryonix.kit.policy.MethodPolicies;
import dev.kryonix.kit.policy.MethodPolicy;
import dev.kryonix.kit.policy.TenantGate;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Where a call runs: on the event loop when neither its code nor finding out its caller can wait,
 * else on virtual threads. So the first call with a token, whose key may have to be asked for, and
 * the first in which a platform caller acts in a tenant, which is noted before, run on a thread; of
 * a stream, which may last as long as its token, only the beginning does.
 */
@Singleton
final class CallExecutors {
  private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Executor here = MoreExecutors.directExecutor();
  private final Set<String> quick;
  private final TokenVerifier tokens;
  private final Optional<TenantGate> tenants;
  private final Optional<ActingGate> acting;

  CallExecutors(
      List<EventLoopCalls> calls,
      TokenVerifier tokens,
      Optional<TenantGate> tenants,
      Optional<ActingGate> acting) {
    this.quick =
        calls.stream().flatMap(each -> each.methods().stream()).collect(Collectors.toSet());
    this.tokens = tokens;
    this.tenants = tenants;
    this.acting = acting;
  }

  /** Whether calls of the method run on the event loop as a rule. */
  boolean isQuick(MethodDescriptor<?, ?> method) {
    return quick.contains(method.getFullMethodName());
  }

  /** Runs what decides where a call runs. */
  Executor first() {
    return here;
  }

  /** The decision. */
  ServerCallExecutorSupplier supplier(MethodPolicies policies) {
    return new ServerCallExecutorSupplier() {
      @Override
      public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
        MethodDescriptor<Q, R> method = call.getMethodDescriptor();
        if (!isQuick(method)) {
          return threads;
        }
        if (isKnown(headers, policies.of(method.getFullMethodName()))) {
          return here;
        }
        return method.getType().clientSendsOneMessage() ? threads : new Begun(threads);
      }
    };
  }

  /**
   * Runs the beginning of a call, its caller's check, on a thread, and the rest where it is read.
   */
  static final class Begun implements Executor {
    private final Executor threads;
    private final AtomicBoolean begun = new AtomicBoolean();

    Begun(Executor threads) {
      this.threads = threads;
    }

    /** Called by gRPC for one call, whose work it never has done twice at the same time. */
    @Override
    public void execute(Runnable work) {
      if (begun.compareAndSet(false, true)) {
        threads.execute(work);
      } else {
        work.run();
      }
    }
  }

  /** Whether nothing is to be waited for; then who calls is noted, to be found out once. */
  private boolean isKnown(Metadata headers, MethodPolicy policy) {
    try {
      Principal known = tokens.remembered(BearerToken.of(headers)).orElse(null);
      if (known == null) {
        return false;
      }
      Principal caller = CallerInterceptor.actingAs(known, headers);
      if (caller.actingAs()
          && !acting.map(gate -> gate.hasAdmitted(admit(caller), policy)).orElse(true)) {
        return false;
      }
      KnownCaller.put(headers, caller);
      return true;
    } catch (ServiceException e) {
      // Will be refused, in its place in the chain.
      return false;
    }
  }

  private Principal admit(Principal caller) {
    return tenants.map(gate -> gate.admit(caller)).orElse(caller);
  }
}
