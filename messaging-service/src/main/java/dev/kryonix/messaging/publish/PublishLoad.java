package dev.kryonix.messaging.publish;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.policy.LoadGate;
import dev.kryonix.kit.policy.MethodPolicy;
import dev.kryonix.messaging.broker.BrokerErrors;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The calls of Publish that are worked on: of a tenant at most as many as the window has places
 * that all of them share, so that none waits for a place because of others, which would take a
 * thread of its own. A publish stream bounds itself.
 */
@Singleton
final class PublishLoad implements LoadGate {
  private static final String PUBLISH = MessagingServiceGrpc.getPublishMethod().getFullMethodName();

  private final int most;
  private final ServiceException tooMany;
  private final ConcurrentMap<TenantUid, Integer> calls = new ConcurrentHashMap<>();

  PublishLoad(PublishConfig config) {
    this.most = config.window();
    this.tooMany = BrokerErrors.behind(most).ready();
  }

  @Override
  public void requireRoom(Principal caller, MethodPolicy method) {
    if (method.method().equals(PUBLISH)
        && calls.getOrDefault(caller.requireTenantUid(), 0) >= most) {
      throw tooMany;
    }
  }

  @Override
  public Place enter(Principal caller, MethodPolicy method) {
    if (!method.method().equals(PUBLISH)) {
      return () -> {};
    }
    TenantUid tenant = caller.requireTenantUid();
    if (calls.merge(tenant, 1, Integer::sum) > most) {
      leave(tenant);
      throw tooMany;
    }
    return () -> leave(tenant);
  }

  private void leave(TenantUid tenant) {
    calls.computeIfPresent(tenant, (uid, count) -> count == 1 ? null : count - 1);
  }
}
