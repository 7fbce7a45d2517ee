package dev.kryonix.cache.watch;

import dev.kryonix.api.cache.v1.CacheServiceGrpc.AsyncService;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.cache.v1.WatchResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Named;
import jakarta.inject.Singleton;

/** The contract's Watch, which CacheService hands on: proto in, proto out. */
@Singleton
@Named("watches")
final class WatchEndpoint implements AsyncService {
  private final Watches watches;
  private final TenantDirectory tenants;

  WatchEndpoint(Watches watches, TenantDirectory tenants) {
    this.watches = watches;
    this.tenants = tenants;
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> answer) {
    Principal caller = Callers.current();
    StreamWriter.serve(
        answer,
        writer ->
            watches.watch(
                () -> tenants.require(caller),
                request,
                new Watches.Watcher() {
                  @Override
                  public void take(WatchResponse event) {
                    writer.write(event);
                  }

                  @Override
                  public boolean isGone() {
                    return writer.isEnded();
                  }
                }));
  }
}
