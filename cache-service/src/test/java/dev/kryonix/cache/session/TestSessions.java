package dev.kryonix.cache.session;

import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.api.cache.v1.SessionServiceCreateRequest;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sessions for the tests of other packages. */
public final class TestSessions {
  private final Sessions sessions;

  public TestSessions(ApplicationContext context) {
    this.sessions = context.getBean(Sessions.class);
  }

  public Session create(TenantView tenant, String user) {
    return sessions.create(
        tenant,
        SessionServiceCreateRequest.newBuilder()
            .setUser(user)
            .putData("cart", "3 items")
            .setRequestId("r-" + user)
            .build());
  }

  public void touch(TenantView tenant, String id, String cart) {
    Optional<Session> unused = sessions.touch(tenant, id, Map.of("cart", cart));
  }

  public Optional<Session> find(TenantView tenant, String id) {
    return sessions.find(tenant, id);
  }

  public List<Session> list(TenantView tenant, String user) {
    return sessions.list(tenant, user);
  }

  public int endAll(TenantView tenant, String user) {
    return sessions.endAll(tenant, user, "");
  }
}
