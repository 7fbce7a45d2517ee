package dev.kryonix.bench.tenancy;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.tenant.v1.ResumeTenantRequest;
import dev.kryonix.api.tenant.v1.SuspendTenantRequest;
import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.tenancy.ControlPlane.Bearer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/**
 * How long a change of a tenant's state takes to count at the gateway, from the sending of the
 * change to the first call of the tenant that is answered by it. The tenant calls without a pause.
 *
 * @param refused microseconds to the first refused call
 * @param served microseconds from a resumption to the first served call
 */
record Suspensions(Latencies refused, Latencies served) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static Suspensions measure(ControlPlane control, Account account, int tries) {
    CacheServiceGrpc.CacheServiceBlockingStub cache =
        CacheServiceGrpc.newBlockingStub(control.channel())
            .withCallCredentials(new Bearer(account.token()));
    long[] refused = new long[tries];
    long[] served = new long[tries];
    await(cache, true, System.nanoTime());
    for (int i = 0; i < tries; i++) {
      long suspended = System.nanoTime();
      control
          .tenants()
          .suspendTenant(SuspendTenantRequest.newBuilder().setTenant(account.tenant()).build());
      refused[i] = await(cache, false, suspended);
      long resumed = System.nanoTime();
      control
          .tenants()
          .resumeTenant(ResumeTenantRequest.newBuilder().setTenant(account.tenant()).build());
      served[i] = await(cache, true, resumed);
    }
    return new Suspensions(new Latencies(refused), new Latencies(served));
  }

  private static long await(
      CacheServiceGrpc.CacheServiceBlockingStub cache, boolean wanted, long since) {
    while (isServed(cache) != wanted) {
      if (System.nanoTime() - since > PATIENCE.toNanos()) {
        throw new IllegalStateException("the change does not count after " + PATIENCE);
      }
    }
    return (System.nanoTime() - since) / 1000;
  }

  private static boolean isServed(CacheServiceGrpc.CacheServiceBlockingStub cache) {
    try {
      Object unused =
          cache.get(GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build());
      return true;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.PERMISSION_DENIED) {
        throw e;
      }
      return false;
    }
  }
}
