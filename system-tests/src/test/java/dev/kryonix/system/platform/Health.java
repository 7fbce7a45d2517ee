package dev.kryonix.system.platform;

import dev.kryonix.system.gateway.Grpc;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.TimeUnit;

/** What a service says of itself (grpc.health.v1). */
public final class Health implements AutoCloseable {
  private final Grpc grpc;

  public Health(Platform platform, String service) {
    this(platform.address(service));
  }

  Health(String address) {
    grpc = new Grpc(address);
  }

  public boolean isServing() {
    return status() == ServingStatus.SERVING;
  }

  /** Alive, and says that it cannot serve. */
  public boolean isNotServing() {
    return status() == ServingStatus.NOT_SERVING;
  }

  private ServingStatus status() {
    try {
      return HealthGrpc.newBlockingStub(grpc.channel())
          .withDeadlineAfter(3, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } catch (StatusRuntimeException e) {
      return ServingStatus.UNKNOWN;
    }
  }

  @Override
  public void close() {
    grpc.close();
  }
}
