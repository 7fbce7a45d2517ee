package dev.kryonix.kit.server;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.CreateTenantResponse;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.GetTenantResponse;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.KeySource;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TestTokens;
import dev.kryonix.kit.policy.LoadGate;
import dev.kryonix.kit.policy.MethodPolicy;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Small real endpoints behind the real chain. */
@Factory
@Requires(property = "test.services")
final class TestServices {
  static final TestTokens TOKENS = new TestTokens("k1");

  @Singleton
  @Named(IdentityBeans.PLATFORM)
  KeySource keys() {
    return TOKENS;
  }

  /** Lets as many calls in at once as the test says. */
  @Singleton
  @Requires(property = "test.services")
  static final class Places implements LoadGate {
    private final AtomicInteger taken = new AtomicInteger();
    private volatile int most = Integer.MAX_VALUE;

    void most(int calls) {
      most = calls;
    }

    int taken() {
      return taken.get();
    }

    @Override
    public void requireRoom(Principal caller, MethodPolicy method) {
      if (taken.get() >= most) {
        throw tooMany();
      }
    }

    @Override
    public Place enter(Principal caller, MethodPolicy method) {
      if (taken.incrementAndGet() > most) {
        taken.decrementAndGet();
        throw tooMany();
      }
      return taken::decrementAndGet;
    }

    private static ServiceException tooMany() {
      return ServiceException.of(
              Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_RATE_LIMITED, "Too many calls.")
          .retryAfter(Duration.ofSeconds(1));
    }
  }

  /** What runs on the event loop. */
  @Singleton
  EventLoopCalls quick() {
    return () -> Set.of(TenantServiceGrpc.getGetTenantMethod().getFullMethodName());
  }

  /** Answers with who called; some tenants make it fail. */
  @Singleton
  @Requires(property = "test.services")
  static final class Tenants extends TenantServiceGrpc.TenantServiceImplBase {
    private volatile boolean onVirtualThread;

    /** Whether the last call ran on a thread of its own. */
    boolean wasOnVirtualThread() {
      return onVirtualThread;
    }

    @Override
    public void getTenant(GetTenantRequest request, StreamObserver<GetTenantResponse> answer) {
      onVirtualThread = Thread.currentThread().isVirtual();
      switch (request.getTenant()) {
        case "missing" -> throw CommonErrors.notFound("tenant", request.getTenant());
        case "broken" -> throw new IllegalStateException("jdbc:postgresql://db/secret");
        default -> {
          answer.onNext(
              GetTenantResponse.newBuilder()
                  .setTenant(Tenant.newBuilder().setId(Callers.current().subject()))
                  .build());
          answer.onCompleted();
        }
      }
    }

    @Override
    public void createTenant(
        CreateTenantRequest request, StreamObserver<CreateTenantResponse> answer) {
      onVirtualThread = Thread.currentThread().isVirtual();
      answer.onNext(CreateTenantResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  @Singleton
  @Requires(property = "test.services")
  static final class Access extends AccessServiceGrpc.AccessServiceImplBase {
    @Override
    public void getJwks(GetJwksRequest request, StreamObserver<GetJwksResponse> answer) {
      answer.onNext(GetJwksResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  @Singleton
  @Requires(property = "test.services")
  static final class Snapshots extends SnapshotSourceGrpc.SnapshotSourceImplBase {
    @Override
    public void export(ExportRequest request, StreamObserver<ExportResponse> answer) {
      answer.onCompleted();
    }
  }
}
